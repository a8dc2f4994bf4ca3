namespace WorkflowLifecycle;

/// <summary>Says which store a host on this machine keeps its runs in, so that other processes find it.</summary>
public sealed record StoreAnnouncement
{
    /// <summary>Version of this shape; it grows by addition only.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Where the data lies, as in <see cref="IProcessStore.Location"/>: for a file, its absolute path. No secrets.</summary>
    public required string Location { get; init; }

    /// <summary>What kind of store it is, for example <c>file</c> or <c>server</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the user whom the announcing process runs as.</summary>
    public required string Owner { get; init; }

    /// <summary>The announcing process, for people. Never used to decide whether it lives: process ids are reused.</summary>
    public int ProcessId { get; init; }

    /// <summary>When it was announced (UTC).</summary>
    public DateTimeOffset At { get; init; }
}
