namespace WorkflowLifecycle.Cli.Json;

/// <summary>What <c>adopt --json</c> prints.</summary>
internal sealed record AdoptedDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public ContainmentStrength Strength { get; init; }

    public int Pid { get; init; }
}
