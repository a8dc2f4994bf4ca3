namespace WorkflowLifecycle;

/// <summary>One process of a run as it was seen at an instant.</summary>
public sealed record ProcessSnapshot
{
    /// <summary>The process id in the namespace of the observer.</summary>
    public required int Pid { get; init; }

    /// <summary>The parent's process id; 0 when the parent is outside the observer's namespace.</summary>
    public int ParentPid { get; init; }

    /// <summary>Start, in clock ticks since boot; with the PID it names the process within one boot.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>The kernel's short name of the program (at most 15 bytes, set by the process itself, so a hint only).</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The command line, redacted; null when it was not read (always in an emergency).</summary>
    public string? CommandLine { get; init; }

    /// <summary>The kernel's state letter: R, S, D (uninterruptible), T (stopped), Z (zombie) and so on.</summary>
    public char State { get; init; }

    /// <summary>Resident memory in bytes; null when it was not read.</summary>
    public long? ResidentBytes { get; init; }

    /// <summary>Why the process belongs to the run: <c>root</c>, <c>cgroup</c>, <c>descendant</c> or <c>shim</c>.</summary>
    public string BelongsBecause { get; init; } = string.Empty;

    /// <summary>What the process waits on in the kernel, for survivors in state D; null otherwise.</summary>
    public string? WaitsOn { get; init; }
}
