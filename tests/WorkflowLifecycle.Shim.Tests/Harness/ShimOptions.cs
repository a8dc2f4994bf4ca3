namespace WorkflowLifecycle.Shim.Tests.Harness;

/// <summary>The unusual ways to start a shim.</summary>
internal sealed record ShimOptions
{
    public ShimBinary? Binary { get; init; }
    public string RunId { get; init; } = "run_5fbae44ab6f0";
    public byte[]? RawSpecification { get; init; }
    public string? RunDirectory { get; init; }
    public int? Stdout { get; init; }
    public int? CgroupDescriptor { get; init; }
    public int? StrayDescriptor { get; init; }
    public ulong BlockedSignals { get; init; }
}
