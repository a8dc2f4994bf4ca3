using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Killing;

/// <summary>What a kill makes of the row of its run.</summary>
internal static class KillFinish
{
    public static RunRecord Of(RunRecord row, KillReport report, DateTimeOffset now) => row with
    {
        // A state that a newer version wrote stays as it is; the kill and the proof are in the row all the same.
        State = RunStateTable.Step(row.State, report.Outcome switch
        {
            KillOutcome.Killed => RunState.Killed,
            KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited => RunState.Exited,
            KillOutcome.EndedUnproven => RunState.EndedUnproven,
            _ => RunState.KillUnconfirmed,
        }),
        KillId = report.KillId,
        Proof = report.Proof,
        ExitCode = report.ExitCode ?? row.ExitCode,
        ExitSignal = report.ExitSignal ?? row.ExitSignal,
        EndedAt = report.Outcome == KillOutcome.KillUnconfirmed ? null : now,
        Failure = report.Outcome is KillOutcome.KillUnconfirmed or KillOutcome.EndedUnproven ? report.Message : row.Failure,
    };

    /// <summary>
    /// What a kill makes of another that is open. Of a run that is over nobody takes up the kill whose killer died: it ends with the one that went
    /// past it while the store was away.
    /// </summary>
    public static KillRecord Beside(KillRecord open, KillReport report, DateTimeOffset now) => open with
    {
        State = KillState.Completed,
        CompletedAt = now,
        Report = report with { KillId = open.KillId, Mode = open.Mode, Reason = open.Reason, RequestedBy = open.RequestedBy },
    };
}
