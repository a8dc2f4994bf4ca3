namespace WorkflowLifecycle;

/// <summary>What a phase is told of the shutdown that it is part of.</summary>
public sealed record ShutdownContext
{
    /// <summary>The run's row when the kill began.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>The kill. The same id comes again when another process resumes it.</summary>
    public required KillId KillId { get; init; }

    /// <summary>Why, redacted.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The subject who asked.</summary>
    public string RequestedBy { get; init; } = string.Empty;

    /// <summary>True during the look at the frozen tree: nothing of it moves, so nothing of it may be asked or waited for.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>Looks at the processes of the run as they are now; see <see cref="ListProcesses"/>. Set by who makes the context.</summary>
    public Func<IReadOnlyList<ProcessSnapshot>> Processes { get; init; } = static () => [];

    /// <summary>Takes what a phase waits for; see <see cref="WaitFor"/>. Set by who makes the context.</summary>
    public Action<IReadOnlyList<InFlightWork>> Waiting { get; init; } = static _ => { };

    /// <summary>The processes of the run as they are now, command lines redacted. A look costs about 25 microseconds a process.</summary>
    public IReadOnlyList<ProcessSnapshot> ListProcesses() => Processes();

    /// <summary>
    /// Says what the phase waits for now, whenever that changes; an empty list when for nothing any more. It goes to who watches the kill, and
    /// with its duration into the report.
    /// </summary>
    public void WaitFor(IReadOnlyList<InFlightWork> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        Waiting(work);
    }
}
