namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>The trees that <c>forest.c</c> can make; the names are its own.</summary>
internal enum TreeKind
{
    /// <summary>Children that wait.</summary>
    Plain,

    /// <summary>The same, and SIGTERM is ignored.</summary>
    Deaf,

    /// <summary>setsid and two forks: nobody's parent link leads to the root any more.</summary>
    Daemons,

    /// <summary>Stopped by SIGSTOP.</summary>
    Stopped,

    /// <summary>Each forks a successor every millisecond and exits. At most 20.</summary>
    Hoppers,

    /// <summary>Each keeps eight short-lived children, half of them in sessions of their own.</summary>
    Storm,

    /// <summary>Executed anew with an empty environment and another command line.</summary>
    Scrubbed,

    /// <summary>Three of ten move themselves into another cgroup and daemonize there. Needs root.</summary>
    Walkers,

    /// <summary>Daemons that keep the captured standard output open.</summary>
    HeldOutput,
}
