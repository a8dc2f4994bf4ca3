namespace WorkflowLifecycle.Benchmarks.SubFiveSecondKill;

/// <summary>What one kill of the matrix came to.</summary>
/// <param name="Milliseconds">From the call to the report, receipt included.</param>
/// <param name="Report">What it said.</param>
/// <param name="Left">What an independent look at all processes found at that moment, zombies included.</param>
internal sealed record KillVerdict(double Milliseconds, KillReport Report, IReadOnlyList<string> Left)
{
    private const double Promise = 5_000;

    public bool IsBroken => Milliseconds >= Promise || Left.Count > 0 || Report.Survivors.Count > 0
        || Report.Outcome is not (KillOutcome.Killed or KillOutcome.ExitedGracefully) || Report.Cleanup.Any(line => line.Remaining.Count > 0);
}
