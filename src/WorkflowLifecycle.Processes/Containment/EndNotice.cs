namespace WorkflowLifecycle.Processes;

/// <summary>The word of the holder that nothing of the tree is left.</summary>
public sealed record EndNotice
{
    /// <summary>What was seen.</summary>
    public required EndProof Proof { get; init; }

    /// <summary>Processes that needed SIGKILL; 0 = everything left by itself.</summary>
    public long ForcedKills { get; init; }

    /// <summary>Processes that were there when the root program exited by itself.</summary>
    public int Leftovers { get; init; }

    /// <summary>Processes that had left the cgroup and were ended all the same.</summary>
    public int Walkers { get; init; }

    /// <summary>What began the end.</summary>
    public EndCause Cause { get; init; }

    /// <summary>How the root program exited; null when nobody saw it.</summary>
    public ExitNotice? Exit { get; init; }
}
