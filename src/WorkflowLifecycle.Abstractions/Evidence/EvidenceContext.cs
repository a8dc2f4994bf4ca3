namespace WorkflowLifecycle;

/// <summary>What a source of evidence is told.</summary>
public sealed record EvidenceContext
{
    /// <summary>The run's row.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>The kill that it is taken for; null when for none.</summary>
    public KillId? KillId { get; init; }

    /// <summary>The longest that the source is waited for.</summary>
    public TimeSpan Ceiling { get; init; }

    /// <summary>Looks at the processes of the run; see <see cref="ListProcesses"/>. Set by who makes the context.</summary>
    public Func<IReadOnlyList<ProcessSnapshot>> Processes { get; init; } = static () => [];

    /// <summary>Reads the names of a process's threads; see <see cref="ListThreadNames"/>. Set by who makes the context.</summary>
    public Func<int, IReadOnlyList<string>> ThreadNames { get; init; } = static _ => [];

    /// <summary>The processes of the run as they are now, without command lines.</summary>
    public IReadOnlyList<ProcessSnapshot> ListProcesses() => Processes();

    /// <summary>What the first threads of a process call themselves, by which many a runtime is known. Empty when it is gone.</summary>
    /// <param name="pid">One of <see cref="ListProcesses"/>.</param>
    public IReadOnlyList<string> ListThreadNames(int pid) => ThreadNames(pid);
}
