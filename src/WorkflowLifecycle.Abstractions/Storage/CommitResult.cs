namespace WorkflowLifecycle;

/// <summary>The answer to a commit.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Run">The run row now: as written, or as it stands in the way. Null when the commit had none, or the row is not there.</param>
/// <param name="Kill">The kill row now: as written, or as it stands in the way. Null likewise.</param>
public sealed record CommitResult(CommitOutcome Outcome, RunRecord? Run, KillRecord? Kill)
{
    /// <summary>True when everything was written.</summary>
    public bool IsCommitted => Outcome == CommitOutcome.Committed;
}
