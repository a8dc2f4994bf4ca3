namespace WorkflowLifecycle.Cli.Json;

/// <summary>A store that this machine knows.</summary>
internal sealed record StoreEntry
{
    public required string Location { get; init; }

    /// <summary>Why it is known.</summary>
    public required StoreSource Source { get; init; }

    public bool Exists { get; init; }

    /// <summary>True for the store that a command without --store uses.</summary>
    public bool IsChosen { get; init; }

    public bool IsUsable { get; init; }

    public string? Owner { get; init; }

    /// <summary>The command that can use it, when this user can't.</summary>
    public string? Command { get; init; }
}
