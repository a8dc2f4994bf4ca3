namespace WorkflowLifecycle.Cli.Json;

/// <summary>What <c>leaks --json</c> prints.</summary>
internal sealed record LeaksDocument
{
    public int SchemaVersion { get; init; } = 1;

    public IReadOnlyList<LeakStoreEntry> Stores { get; init; } = [];

    public IReadOnlyList<LeakEntry> Leaks { get; init; } = [];
}
