namespace WorkflowLifecycle.Cli.Json;

/// <summary>What <c>doctor --json</c> prints.</summary>
internal sealed record DoctorDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required ContainmentStrength Strength { get; init; }

    public required string Why { get; init; }

    public IReadOnlyList<string> OpenExits { get; init; } = [];

    public IReadOnlyList<FindingEntry> Findings { get; init; } = [];

    public IReadOnlyList<StoreEntry> Stores { get; init; } = [];

    public static DoctorDocument Of(EnvironmentReport report, IReadOnlyList<StoreEntry> stores) => new()
    {
        Strength = report.Strength,
        Why = report.Why,
        OpenExits = report.OpenExits,
        Findings = [.. report.Findings.Select(finding => new FindingEntry(finding.Name, finding.Kind, finding.IsGood, finding.Detail, finding.Remedy))],
        Stores = stores,
    };
}
