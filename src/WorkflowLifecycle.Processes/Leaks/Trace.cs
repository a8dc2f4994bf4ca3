namespace WorkflowLifecycle.Processes;

/// <summary>One thing on this machine that carries a mark of ours.</summary>
public sealed record Trace
{
    /// <summary>What it is.</summary>
    public required TraceKind Kind { get; init; }

    /// <summary>A path, or a process' short name and PID. Written by others: show it with care.</summary>
    public required string Name { get; init; }

    /// <summary>By what it is known, in words: <c>cgroup</c>, <c>shim</c>, <c>is the shim</c>, <c>environment</c>, <c>name</c>.</summary>
    public IReadOnlyList<string> Signs { get; init; } = [];

    /// <summary>The PID; 0 for what is no process.</summary>
    public int Pid { get; init; }

    /// <summary>With the PID it names the process within one boot.</summary>
    public ulong StartTicks { get; init; }

    /// <summary>The run whose mark is in the process' environment; null when there is none, or it can't be read.</summary>
    public RunId? MarkedRun { get; init; }
}
