using WorkflowLifecycle.Processes;

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

    public static KillReport NeverStarted(RunRecord run, KillRecord kill) => run.Root is { } root
        ? Of(run, kill, KillOutcome.EndedUnproven, $"The run had not been adopted yet, and never will be. Nothing was ended: the tree of process {root.Pid} goes on.")
        : Of(run, kill, KillOutcome.Killed, "The run had not started yet, and never will.") with { Proof = EndProof.NeverStarted };

    /// <summary>Of a kill that found the main program over, and only what that had left behind.</summary>
    public static KillReport OfLeftovers(KillReport report, ExitNotice exit) => report with
    {
        ExitCode = exit.ExitCode,
        ExitSignal = exit.Signal,
        Message = $"Its main program had exited before: what it had left behind was ended. {report.Message}".TrimEnd(),
    };

    /// <summary>Of a kill whose killer died before the outcome was on record: what the row says of the end is all there is.</summary>
    public static KillReport FoundAfterwards(RunRecord run, KillRecord kill) =>
        Of(run, kill, run.State == RunState.Killed ? KillOutcome.Killed : run.State == RunState.Exited ? KillOutcome.AlreadyExited : KillOutcome.EndedUnproven,
            $"Its intent was kept in the emergency spool while the store was away, and its own outcome never came on record; the run was found {run.State}.") with
        {
            Proof = run.Proof,
            ExitCode = run.ExitCode,
            ExitSignal = run.ExitSignal,
        };

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
