namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>What became of an entry.</summary>
internal enum EntryVerdict
{
    /// <summary>It is dealt with.</summary>
    Done = 0,

    /// <summary>It is a directory, to be entered.</summary>
    IsDirectory = 1,

    /// <summary>It is to be looked at once more: it is something else than it was.</summary>
    Again = 2,
}
