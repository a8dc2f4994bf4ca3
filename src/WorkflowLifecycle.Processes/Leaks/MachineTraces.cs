using WorkflowLifecycle.Processes.Linux.Leaks;

namespace WorkflowLifecycle.Processes;

/// <summary>Finds what carries our marks on this machine, and takes away what belongs to no run any more. Whether it does is for its caller to know: no row is looked at here.</summary>
public static class MachineTraces
{
    /// <summary>All that this user can see. Empty where the platform has no such marks.</summary>
    public static IReadOnlyList<RunTraces> Find(ContainmentSettings settings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return OperatingSystem.IsLinux() ? new TraceFinder(settings).Find(cancellationToken) : [];
    }

    /// <summary>
    /// Ends what still runs of a run that is over, and frees its cgroup and its directory. A process is ended only when two signs agree: the run's own
    /// cgroup or its shim above it, and the run's mark in its environment.
    /// </summary>
    /// <param name="traces">What was found.</param>
    /// <param name="run">The run that it is to be of.</param>
    /// <param name="keepOutput">Whether output files stay.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the wait; what was signalled was signalled.</param>
    public static Task<TraceCleanup> CleanAsync(RunTraces traces, RunId run, bool keepOutput, TimeProvider timeProvider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(traces);
        return OperatingSystem.IsLinux()
            ? new TraceCleaner(traces, run, keepOutput, timeProvider).CleanAsync(cancellationToken)
            : Task.FromResult(new TraceCleanup([], []));
    }
}
