namespace WorkflowLifecycle;

/// <summary>One process as evidence has it. Null is what was not read, or could not be.</summary>
public sealed record ProcessEvidence
{
    /// <summary>The process id in the namespace of the observer.</summary>
    public required int Pid { get; init; }

    /// <summary>The parent's process id.</summary>
    public int ParentPid { get; init; }

    /// <summary>Start, in clock ticks since boot.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>The kernel's short name of the program, redacted.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The kernel's state letter.</summary>
    public char State { get; init; }

    /// <summary>Why the process belongs to the run.</summary>
    public string BelongsBecause { get; init; } = string.Empty;

    /// <summary>The command line, redacted.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The working directory, redacted.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Where in the kernel it sleeps.</summary>
    public string? WaitChannel { get; init; }

    /// <summary>The number of the system call that it is in, with its arguments; <c>running</c> when it is in none.</summary>
    public string? SystemCall { get; init; }

    /// <summary>The kernel's stack, innermost first; empty unless root asked.</summary>
    public IReadOnlyList<string> KernelStack { get; init; } = [];

    /// <summary>How many threads it has.</summary>
    public int Threads { get; init; }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>CPU time since its start, in milliseconds.</summary>
    public long CpuMs { get; init; }

    /// <summary>CPU time between the two looks, in milliseconds, to the clock tick.</summary>
    public long? CpuDeltaMs { get; init; }

    /// <summary>Bytes read between the two looks, by any kind of read.</summary>
    public long? ReadDelta { get; init; }

    /// <summary>Bytes written between the two looks, by any kind of write.</summary>
    public long? WrittenDelta { get; init; }

    /// <summary>Open files, pipes and the like as <c>3 /path</c>, redacted.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Open sockets.</summary>
    public IReadOnlyList<SocketEvidence> Sockets { get; init; } = [];

    /// <summary>The names of the variables of its environment. Values are never read into evidence.</summary>
    public IReadOnlyList<string> EnvironmentNames { get; init; } = [];
}
