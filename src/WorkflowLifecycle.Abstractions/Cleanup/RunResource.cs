namespace WorkflowLifecycle;

/// <summary>Something that a run has, made or left: a directory, a lock, a port, a segment of shared memory. It is stored with rows and debts.</summary>
public sealed record RunResource
{
    /// <summary>The name of the cleaner that it is for.</summary>
    public required string Cleaner { get; init; }

    /// <summary>What people read, unique among the run's resources of this cleaner: a path, <c>tcp 127.0.0.1:8080</c>. At most 1,000 characters, no secrets.</summary>
    public required string Name { get; init; }

    /// <summary>What may be done about it.</summary>
    public ResourceHandling Handling { get; init; }

    /// <summary>What people should know beside the name, as who holds it now; null when nothing. No secrets.</summary>
    public string? Note { get; init; }

    /// <summary>By what the cleaner knows it again, in another process and later: an inode, a birth time. At most 20 entries. No secrets.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}
