using System.Collections.Concurrent;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>
/// Compares the end of a run with its launch, and tells the difference. It frees nothing. The snapshot lives in this process alone: a run that another
/// process ends, or this one after a restart, is compared with nothing, and only processes with its mark are told.
/// </summary>
internal sealed class LeakDetector(LeakDetectionOptions options, TimeProvider timeProvider) : IResourceProvider
{
    private const int MostRuns = 10_000;

    // The look at all processes of a machine with thousands of them must not take what the others need.
    private static readonly TimeSpan ScanLimit = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan SettleLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, LaunchNote> _launched = new(StringComparer.Ordinal);
    private int _launches;

    public string Name => CleanerNames.Leaks;

    public TimeSpan Ceiling { get; } = options.Ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        // A run whose end is never told here, as one that was handed over, must not be kept for ever.
        if (_launched.Count < MostRuns)
        {
            int others = _launched.Count;
            _launched[context.Run.InternalId] = new LaunchNote(HostSnapshot.Take(), Interlocked.Increment(ref _launches), others);
        }

        return ValueTask.FromResult(ProvidedResources.None);
    }

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (context.Moment != CleanupMoment.AfterEnd)
        {
            return [];
        }

        List<RunResource> told = [.. MarkedProcesses(context.Run.RunId, cancellationToken)];
        if (_launched.TryRemove(context.Run.InternalId, out LaunchNote? launch))
        {
            bool isAmbiguous = launch.Others > 0 || Volatile.Read(ref _launches) != launch.Number;
            told.AddRange(await SettleAsync(launch.Snapshot, context.Run.InternalId, isAmbiguous, cancellationToken).ConfigureAwait(false));
        }

        return told;
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    // What is only told is no debt, and nobody asks for it again.
    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(false);

    // The other cleaners are at work beside this one: what is gone a moment later was no leak.
    private async Task<IReadOnlyList<RunResource>> SettleAsync(HostSnapshot before, string internalId, bool isAmbiguous, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        while (true)
        {
            IReadOnlyList<RunResource> told = [.. Compare(before, HostSnapshot.Take(), internalId, isAmbiguous)];
            if (told.Count == 0 || timeProvider.GetElapsedTime(started) > SettleLimit)
            {
                return told;
            }

            await Task.Delay(SettlePause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    private IEnumerable<RunResource> MarkedProcesses(RunId run, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (timeProvider.GetElapsedTime(started) > ScanLimit)
            {
                yield return Tell("processes", "not all of them could be looked at in time");
                yield break;
            }

            if (stat.State is not ('Z' or 'X') && TrackedTrees.MarkOf(stat.Pid) == run && stat.Pid != Environment.ProcessId)
            {
                yield return Tell(ProcessKey.Of(stat).ToString(), "the run's mark is in its environment, which by itself does not make it the run's");
            }
        }
    }

    private IEnumerable<RunResource> Compare(HostSnapshot before, HostSnapshot after, string internalId, bool isAmbiguous)
    {
        string doubt = isAmbiguous ? "; other runs of this host began or ended meanwhile, so that it may be theirs" : string.Empty;
        if (HostSnapshot.Growth(before.OpenFiles, after.OpenFiles, internalId) is { } open)
        {
            yield return Tell("open files of the host", open + doubt);
        }

        if (New(before.Zombies, after.Zombies) is { } zombies)
        {
            yield return Tell("zombies of the host", zombies + doubt);
        }

        if (New([], after.PortsSince(before)) is { } ports)
        {
            yield return Tell("ports of the host", ports + doubt);
        }

        // The machine is everybody's: what others made meanwhile is only worth a line where no other run of this host could have.
        if (!isAmbiguous && New(before.SharedMemory, after.SharedMemory) is { } segments)
        {
            yield return Tell("shared memory of this user", segments + "; any program of this user may have made it");
        }

        // The run's own temp directory is being removed beside this, and has a line of its own.
        if (!isAmbiguous && before.Temp is { } then && after.Temp is { } now && New(then, [.. now.Where(name => !name.Contains(internalId, StringComparison.Ordinal))]) is { } entries)
        {
            yield return Tell("temp directory of the host", entries + "; any program of this machine may have made it");
        }
    }

    private static string? New(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        string[] more = [.. after.Except(before, StringComparer.Ordinal)];
        string names = string.Join(", ", more.Take(3));
        return more.Length == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{before.Count} -> {after.Count}: {names}{(more.Length > 3 ? ", ..." : string.Empty)}");
    }

    private RunResource Tell(string name, string note) => new() { Cleaner = Name, Name = name, Handling = ResourceHandling.Report, Note = note };
}
