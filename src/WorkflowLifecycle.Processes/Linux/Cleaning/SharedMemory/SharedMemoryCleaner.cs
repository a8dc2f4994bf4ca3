using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>
/// POSIX shared memory and named semaphores. Only what has its run's own name is removed; what else the run had, or what came while it was, is told.
/// </summary>
internal sealed class SharedMemoryCleaner : IResourceWatcher
{
    private const int MostSuspects = 10;

    private static readonly TimeSpan LookAge = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _timeProvider;
    private readonly SharedLook<SharedMemoryHolders> _machine;

    public SharedMemoryCleaner(SharedMemoryCleanerOptions options, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _machine = new SharedLook<SharedMemoryHolders>(timeProvider, LookAtAll);
        Ceiling = options.Ceiling;
        LookInterval = options.LookInterval;
    }

    public string Name => CleanerNames.SharedMemory;

    public TimeSpan Ceiling { get; }

    public TimeSpan LookInterval { get; }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        LookTime time = new(context, _timeProvider, cancellationToken);
        _ = time.IsUp();
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(context.Moment switch
        {
            CleanupMoment.BeforeEnd or CleanupMoment.WhileRunning => RunSegments.Look(directory, context, time),
            CleanupMoment.AfterEnd => [.. LookAfter(directory, context), .. Unseen(directory, context, time)],
            _ => [.. LookAfter(directory, context)],
        });
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
        string name = Path.GetFileName(resource.Name);
        if (directory.Find(name) is not { } file || !file.IsThat(resource.Details))
        {
            return ValueTask.CompletedTask;
        }

        // Rows and debts are what somebody wrote: what they say of it is not enough to remove it.
        if (!SegmentName.IsOf(context.Run, name))
        {
            throw new IOException($"{resource.Name} does not have the run's name");
        }

        // Whoever has it keeps its name too: a debt, that is retried until he lets go. A look at all processes takes about as long as it may be old.
        LookTime time = new(context, _timeProvider, cancellationToken);
        if (_machine.NotOlderThan(LookAge, time)?.Of(file.Key) is { Count: > 0 } living)
        {
            throw new IOException($"{ProcessKey.Describe(living)} has it");
        }

        // Nobody can put another user's file under this name in between: the directory is sticky.
        directory.Unlink(name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
        return ValueTask.FromResult(directory.Find(Path.GetFileName(resource.Name)) is { } file && file.IsThat(resource.Details));
    }

    private SharedMemoryHolders? LookAtAll(LookTime time)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open();
        return SharedMemoryHolders.Find(directory.Key, time);
    }

    private static IEnumerable<RunResource> LookAfter(SharedMemoryDirectory directory, CleanupContext context)
    {
        foreach (RunResource known in context.Known)
        {
            RunResource? told = directory.Find(Path.GetFileName(known.Name)) is not { } file ? known.ToldWhenGone()
                : file.MayBeThat(known.Details) ? known

                // Made anew under that name since the last look: the run's own is found by its name, and takes the place of this one.
                : null;
            if (told is not null)
            {
                yield return told;
            }
        }
    }

    // What has the run's name is the run's without any look before. Of the rest nothing shows whose it is.
    private IEnumerable<RunResource> Unseen(SharedMemoryDirectory directory, CleanupContext context, LookTime time)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        List<RunResource> suspects = [];
        foreach ((string name, BornFile file) in directory.Read().Where(file => !IsKnown(SharedMemoryDirectory.PathOf(file.Key), file.Value, context)).OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (SegmentName.IsOf(context.Run, name))
            {
                yield return RunSegments.Describe(SharedMemoryDirectory.PathOf(name), file, "it has the run's name", RunSegments.WhyNot(name, file, [], context.Run));
            }
            else if (suspects.Count < MostSuspects && IsSuspect(file, context, now, time))
            {
                suspects.Add(RunSegments.Describe(SharedMemoryDirectory.PathOf(name), file, "made while the run was, and nobody has it open", RunSegments.WhyNot(name, file, [], context.Run)));
            }
        }

        foreach (RunResource suspect in suspects)
        {
            yield return suspect;
        }
    }

    private static bool IsKnown(string path, BornFile file, CleanupContext context) => context.Known.Any(known => known.Name == path && file.MayBeThat(known.Details));

    private bool IsSuspect(BornFile file, CleanupContext context, DateTimeOffset now, LookTime time) =>
        file.Born is { } born && RunTime.Holds(context.Run, born, now)
        && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{file.OwnerId}")
        && _machine.Since(time.Started, time)?.Of(file.Key).Count == 0;
}
