using System.Collections.Concurrent;
using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>
/// Compares the end of a run with its launch, and tells the difference. It frees nothing. The snapshot lives in this process alone: of a run that another
/// process ends, or this one after a restart, only processes and their ports are told, and that nothing else was compared.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class LeakDetector(LeakDetectionOptions options, ContainmentSettings settings, TimeProvider timeProvider) : IResourceProvider
{
    private const int MostRuns = 10_000;

    private static readonly TimeSpan SettleLimit = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(20);

    // A run has no directory yet when its launch is noted.
    private static readonly TimeSpan LongestLaunch = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, LaunchNote> _launched = new(StringComparer.Ordinal);
    private readonly string _root = RuntimeRoot.Resolve(settings.RuntimeDirectory, LinuxPlatform.CurrentUser());
    private CgroupNames? _cgroups;
    private int _launches;

    public string Name => CleanerNames.Leaks;

    public TimeSpan Ceiling { get; } = options.Ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        ForgetRunsThatOthersEnded();

        // Where runs come faster than they are forgotten, the newest go without.
        if (_launched.Count < MostRuns)
        {
            // Beside others nothing of the machine's is ever compared.
            int others = _launched.Count;
            _launched[context.Run.InternalId] = new LaunchNote(
                HostSnapshot.Take(withMachine: others == 0), FindCgroups(), SystemVNames.Find(), Interlocked.Increment(ref _launches), others, timeProvider.GetTimestamp());
        }

        return ValueTask.FromResult(ProvidedResources.None);
    }

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (context.Moment != CleanupMoment.AfterEnd)
        {
            return [];
        }

        LaunchNote? launch = _launched.TryRemove(context.Run.InternalId, out LaunchNote? noted) ? noted : null;
        bool isAmbiguous = launch is not null && (launch.Others > 0 || Volatile.Read(ref _launches) != launch.Number);
        EndComparison comparison = new(context, settings, _root, launch, isAmbiguous, timeProvider);
        IReadOnlyList<RunResource> told = await SettleAsync(comparison, cancellationToken).ConfigureAwait(false);
        return launch is null ? [.. told, EndComparison.TellNoSnapshot(context.Run)] : told;
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    // What is only told is no debt, and nobody asks for it again.
    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(false);

    // The other cleaners are at work beside this one, and other hosts begin and end runs: what is gone a moment later, or came a moment ago, was no leak.
    private async Task<IReadOnlyList<RunResource>> SettleAsync(EndComparison comparison, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        HashSet<string>? names = null;
        while (true)
        {
            IReadOnlyList<RunResource> told = [.. comparison.Look(cancellationToken).Where(resource => names is null || names.Contains(resource.Name))];
            if (told.Count == 0 || timeProvider.GetElapsedTime(started) > SettleLimit)
            {
                return told;
            }

            names = [.. told.Select(resource => resource.Name)];
            await Task.Delay(SettlePause, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    // Runs that live at the same time have the same cgroups in sight: each path is kept once for all of them, and so is a look that found nothing new.
    private CgroupNames FindCgroups()
    {
        CgroupNames found = CgroupNames.Find(settings);
        return _cgroups = found.Sharing(Volatile.Read(ref _cgroups));
    }

    // Nobody tells this process of an end that another one brought about. A note that stays would make every later run look as if it were not alone.
    private void ForgetRunsThatOthersEnded()
    {
        LiveRuns live = new(_root);
        foreach ((string internalId, _) in _launched.Where(note => timeProvider.GetElapsedTime(note.Value.TakenAt) > LongestLaunch && !live.Has(note.Key)))
        {
            _launched.TryRemove(internalId, out _);
        }
    }
}
