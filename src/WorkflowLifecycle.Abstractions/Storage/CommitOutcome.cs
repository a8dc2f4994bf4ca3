namespace WorkflowLifecycle;

/// <summary>What became of a commit.</summary>
public enum CommitOutcome
{
    /// <summary>Everything was written.</summary>
    Committed = 0,

    /// <summary>The run id is taken; nothing was written.</summary>
    RunExists = 1,

    /// <summary>The run changed since it was read, or is not there; nothing was written.</summary>
    RunConflict = 2,

    /// <summary>The run has an open kill, or the idempotency key was used; nothing was written.</summary>
    KillExists = 3,

    /// <summary>The kill changed since it was read, or is not there; nothing was written.</summary>
    KillConflict = 4,

    /// <summary>A debt changed since it was read, or is not there; nothing was written.</summary>
    DebtConflict = 5,
}
