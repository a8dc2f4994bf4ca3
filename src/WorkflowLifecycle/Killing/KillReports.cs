namespace WorkflowLifecycle.Killing;

/// <summary>Reports of kills that ended nothing.</summary>
internal static class KillReports
{
    /// <summary>The run was over before: its own end, and the kill that did it if there was one.</summary>
    public static KillReport AlreadyExited(RunRecord run, KillRecord kill) => Of(run, kill, KillOutcome.AlreadyExited) with
    {
        KillId = run.KillId ?? kill.KillId,
        Proof = run.Proof,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
        Message = $"The run was over before: it is {run.State}.",
    };

    public static KillReport Of(RunRecord run, KillRecord kill, KillOutcome outcome) => new()
    {
        RunId = run.RunId,
        KillId = kill.KillId,
        Outcome = outcome,
        Mode = kill.Mode,
        Strength = run.Containment?.Strength ?? ContainmentStrength.BestEffort,
        Reason = kill.Reason,
        RequestedBy = kill.RequestedBy,
        OpenExits = run.Containment?.OpenExits ?? [],
    };
}
