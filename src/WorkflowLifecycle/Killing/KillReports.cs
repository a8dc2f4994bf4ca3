namespace WorkflowLifecycle.Killing;

/// <summary>Reports of kills that signalled nobody.</summary>
internal static class KillReports
{
    public static KillReport AlreadyExited(RunRecord run, KillRecord kill) =>
        Of(run, kill, KillOutcome.AlreadyExited, $"The run was over before: it is {run.State}.") with
        {
            KillId = run.KillId ?? kill.KillId,
            Proof = run.Proof,
            ExitCode = run.ExitCode,
            ExitSignal = run.ExitSignal,
        };

    public static KillReport NeverStarted(RunRecord run, KillRecord kill) =>
        Of(run, kill, KillOutcome.Killed, "The run had not started yet, and never will.") with { Proof = EndProof.NeverStarted };

    public static KillReport Of(RunRecord run, KillRecord kill, KillOutcome outcome, string message) => new()
    {
        RunId = run.RunId,
        KillId = kill.KillId,
        Outcome = outcome,
        Mode = kill.Mode,
        Strength = run.Containment?.Strength ?? ContainmentStrength.BestEffort,
        Reason = kill.Reason,
        RequestedBy = kill.RequestedBy,
        OpenExits = run.Containment?.OpenExits ?? [],
        Message = message,
    };
}
