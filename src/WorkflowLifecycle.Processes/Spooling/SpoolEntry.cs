namespace WorkflowLifecycle.Processes;

/// <summary>One entry of the emergency spool that is whole and was not settled yet.</summary>
public sealed record SpoolEntry
{
    /// <summary>The file that it is in.</summary>
    public required string File { get; init; }

    /// <summary>Its place in that file.</summary>
    public required int Slot { get; init; }

    /// <summary>Its number in the chain of that file, from 1 on.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was written (UTC, to the millisecond).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>SHA-256 over the entry and the hash of the one before it, in hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>What was spooled.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
