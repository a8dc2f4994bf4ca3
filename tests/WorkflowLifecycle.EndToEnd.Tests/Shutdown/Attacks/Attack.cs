namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>What the attacks share.</summary>
internal static class Attack
{
    public static PhaseReport Phase(KillReport report, string name) => report.Phases.Single(phase => phase.Name == name);

    /// <summary>A report in a few lines, for a test that failed.</summary>
    public static string Describe(KillReport report) => $"{report.Outcome} {report.ExitCode} {report.ExitSignal} {report.DurationMs:0} ms\n"
        + string.Join('\n', report.Steps.Select(step => $"{step.Name} {step.DurationMs:0} ms: {step.Outcome}")) + '\n'
        + string.Join('\n', report.Phases.Select(phase =>
            $"{phase.Name}: {phase.Outcome} {phase.DurationMs:0} ms {phase.Message} [{string.Join("; ", phase.WaitedFor.Select(work => $"{work.Description} {work.Pid} {work.DurationMs:0} {work.IsDone}"))}]"));
}
