namespace WorkflowLifecycle.Cli.Json;

/// <summary>One process within a larger object.</summary>
internal sealed record ProcessEntry
{
    public required int Pid { get; init; }

    public int ParentPid { get; init; }

    public ulong StartTicks { get; init; }

    public required string Name { get; init; }

    public string? CommandLine { get; init; }

    /// <summary>The kernel's state letter; null when it was not read.</summary>
    public string? State { get; init; }

    public long? ResidentBytes { get; init; }

    public required string BelongsBecause { get; init; }

    public string? WaitsOn { get; init; }

    public static ProcessEntry Of(ProcessSnapshot process) => new()
    {
        Pid = process.Pid,
        ParentPid = process.ParentPid,
        StartTicks = process.StartTicks,
        Name = process.Name,
        CommandLine = process.CommandLine,
        State = process.State == default ? null : process.State.ToString(),
        ResidentBytes = process.ResidentBytes,
        BelongsBecause = process.BelongsBecause,
        WaitsOn = process.WaitsOn,
    };

    public static IReadOnlyList<ProcessEntry> Of(IEnumerable<ProcessSnapshot> processes) => [.. processes.Select(Of)];
}
