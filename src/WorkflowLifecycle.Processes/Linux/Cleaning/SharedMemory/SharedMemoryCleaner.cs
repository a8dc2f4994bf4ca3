using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>POSIX shared memory and named semaphores. Without a look while the run's processes were there nothing shows whose they were: then they are only told.</summary>
internal sealed class SharedMemoryCleaner : IResourceWatcher
{
    private const int MostSuspects = 10;

    private static readonly TimeSpan LookAge = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _timeProvider;
    private readonly string _place;
    private readonly SharedLook<SharedMemoryHolders> _machine;
    private readonly RunSegments _living;

    public SharedMemoryCleaner(SharedMemoryCleanerOptions options, TimeProvider timeProvider, string place = SharedMemoryDirectory.Place)
    {
        _timeProvider = timeProvider;
        _place = place;
        _machine = new SharedLook<SharedMemoryHolders>(timeProvider, LookAtAll);
        _living = new RunSegments(_machine, options.ReportOnly, timeProvider);
        Ceiling = options.Ceiling;
        LookInterval = options.LookInterval;
    }

    public string Name => CleanerNames.SharedMemory;

    public TimeSpan Ceiling { get; }

    public TimeSpan LookInterval { get; }

    public static RunResource Describe(string path, in BornFile file, bool isProven, string note, Doubt? doubt = null)
    {
        Dictionary<string, string> details = file.Details;
        doubt?.AddTo(details);
        return new RunResource
        {
            Cleaner = CleanerNames.SharedMemory,
            Name = path,
            Handling = isProven ? ResourceHandling.Clean : ResourceHandling.Report,
            Note = doubt is null ? note : $"{note}; {doubt}",
            Details = details,
        };
    }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        LookTime time = new(context, _timeProvider, cancellationToken);
        _ = time.IsUp();
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(_place);
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(context.Moment switch
        {
            CleanupMoment.BeforeEnd or CleanupMoment.WhileRunning => _living.Look(directory, context, time),
            CleanupMoment.AfterEnd => [.. LookAfter(directory, context, time), .. Suspects(directory, context, time)],
            _ => [.. LookAfter(directory, context, time)],
        });
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(_place);
        string name = Path.GetFileName(resource.Name);
        if (directory.Find(name) is not { } file || !file.IsThat(resource.Details))
        {
            return ValueTask.CompletedTask;
        }

        // Once more, just before: somebody may have opened it since. A look at all processes takes about as long as it may be old.
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
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(_place);
        return ValueTask.FromResult(directory.Find(Path.GetFileName(resource.Name)) is { } file && file.IsThat(resource.Details));
    }

    private SharedMemoryHolders? LookAtAll(LookTime time)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(_place);
        return SharedMemoryHolders.Find(directory.Key, time);
    }

    private IEnumerable<RunResource> LookAfter(SharedMemoryDirectory directory, CleanupContext context, LookTime time)
    {
        foreach (RunResource known in context.Known)
        {
            RunResource? told = directory.Find(Path.GetFileName(known.Name)) is not { } file || !file.IsThat(known.Details) ? known.ToldWhenGone()
                : known.Handling == ResourceHandling.Clean && _machine.Since(time.Started, time)?.Of(file.Key) is { Count: > 0 } living
                    ? known with { Handling = ResourceHandling.Watch, Note = $"{ProcessKey.Describe(living)} has it" }
                : known;
            if (told is not null)
            {
                yield return told;
            }
        }
    }

    private IEnumerable<RunResource> Suspects(SharedMemoryDirectory directory, CleanupContext context, LookTime time)
    {
        DateTimeOffset now = _timeProvider.GetUtcNow();
        return directory.Read()
            .Where(found => found.Value.Born is { } born && RunTime.Holds(context.Run, born, now)
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{found.Value.OwnerId}")
                && context.Known.All(known => known.Name != directory.PathOf(found.Key))
                && _machine.Since(time.Started, time)?.Of(found.Value.Key).Count == 0)
            .Take(MostSuspects)
            .Select(found => Describe(directory.PathOf(found.Key), found.Value, isProven: false, "made while the run was, and nobody has it open; nothing shows whose it is"));
    }
}
