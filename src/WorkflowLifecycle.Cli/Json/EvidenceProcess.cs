namespace WorkflowLifecycle.Cli.Json;

/// <summary>One process of evidence. Null is what was not read.</summary>
internal sealed record EvidenceProcess
{
    public required int Pid { get; init; }

    public int ParentPid { get; init; }

    public ulong StartTicks { get; init; }

    public required string Name { get; init; }

    public string? State { get; init; }

    public required string BelongsBecause { get; init; }

    public string? CommandLine { get; init; }

    public string? WorkingDirectory { get; init; }

    public string? WaitChannel { get; init; }

    public string? SystemCall { get; init; }

    public IReadOnlyList<string> KernelStack { get; init; } = [];

    public int Threads { get; init; }

    public long ResidentBytes { get; init; }

    public long CpuMs { get; init; }

    public long? CpuDeltaMs { get; init; }

    public long? ReadDelta { get; init; }

    public long? WrittenDelta { get; init; }

    public IReadOnlyList<string> Files { get; init; } = [];

    public IReadOnlyList<EvidenceSocket> Sockets { get; init; } = [];

    public IReadOnlyList<string> EnvironmentNames { get; init; } = [];

    public static EvidenceProcess Of(ProcessEvidence process) => new()
    {
        Pid = process.Pid,
        ParentPid = process.ParentPid,
        StartTicks = process.StartTicks,
        Name = process.Name,
        State = process.State == default ? null : process.State.ToString(),
        BelongsBecause = process.BelongsBecause,
        CommandLine = process.CommandLine,
        WorkingDirectory = process.WorkingDirectory,
        WaitChannel = process.WaitChannel,
        SystemCall = process.SystemCall,
        KernelStack = process.KernelStack,
        Threads = process.Threads,
        ResidentBytes = process.ResidentBytes,
        CpuMs = process.CpuMs,
        CpuDeltaMs = process.CpuDeltaMs,
        ReadDelta = process.ReadDelta,
        WrittenDelta = process.WrittenDelta,
        Files = process.Files,
        Sockets = [.. process.Sockets.Select(EvidenceSocket.Of)],
        EnvironmentNames = process.EnvironmentNames,
    };
}
