namespace WorkflowLifecycle;

/// <summary>An open socket.</summary>
public sealed record SocketEvidence
{
    /// <summary>The descriptor.</summary>
    public required int Descriptor { get; init; }

    /// <summary><c>tcp</c>, <c>tcp6</c>, <c>udp</c>, <c>udp6</c>, <c>unix</c>; <c>socket</c> where the kernel does not list it.</summary>
    public required string Protocol { get; init; }

    /// <summary>Its own address, or its path (redacted); null when it has none.</summary>
    public string? Local { get; init; }

    /// <summary>The address at the other end; null when there is none, or it is not known.</summary>
    public string? Remote { get; init; }

    /// <summary>Its state, for example <c>ESTABLISHED</c> or <c>LISTEN</c>; null when it has none.</summary>
    public string? State { get; init; }
}
