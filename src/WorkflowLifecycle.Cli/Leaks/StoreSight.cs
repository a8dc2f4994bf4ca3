namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>What could be seen of the store that a run directory names.</summary>
internal enum StoreSight
{
    /// <summary>The directory names none.</summary>
    NotSaid = 0,

    /// <summary>It was opened, so that its rows are known.</summary>
    Opened = 1,

    /// <summary>It is gone: a file that is not there, or the memory of a process.</summary>
    Gone = 2,

    /// <summary>It is there, or may be, and could not be opened.</summary>
    Closed = 3,
}
