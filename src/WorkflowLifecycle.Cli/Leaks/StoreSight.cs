namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>What could be seen of the store that a run directory names.</summary>
internal enum StoreSight
{
    /// <summary>The directory names none.</summary>
    NotSaid = 0,

    /// <summary>It was opened, so that its rows are known.</summary>
    Opened = 1,

    /// <summary>It is gone for good: the memory of a process, or a file that is not there and of which somebody says so.</summary>
    Gone = 2,

    /// <summary>It is there, or may be, and could not be opened.</summary>
    Closed = 3,

    /// <summary>It is not there: moved perhaps, or on a file system that is not mounted now.</summary>
    Missing = 4,
}
