namespace WorkflowLifecycle.Processes;

/// <summary>What began the end of a tree.</summary>
public enum EndCause
{
    /// <summary>It ended by itself.</summary>
    ByItself = 0,

    /// <summary>A kill.</summary>
    Kill = 1,

    /// <summary>The death of its host.</summary>
    HostExit = 2,

    /// <summary>The root program exited and left processes behind.</summary>
    Leftovers = 3,
}
