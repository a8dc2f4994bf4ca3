using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>POSIX shared memory and named semaphores. Without a look before the end nothing shows whose they were: then they are only told.</summary>
internal sealed class SharedMemoryCleaner(SharedMemoryCleanerOptions options, TimeProvider timeProvider, string place = SharedMemoryDirectory.Place) : IResourceCleaner
{
    private const int MostSuspects = 10;

    private static readonly TimeSpan LookAge = TimeSpan.FromMilliseconds(50);

    private SharedMemoryLook? _last;

    public string Name => CleanerNames.SharedMemory;

    public TimeSpan Ceiling { get; } = options.Ceiling;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(place);
        SharedMemoryHolders holders = SharedMemoryHolders.Find(directory.Key, cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(context.Moment == CleanupMoment.BeforeEnd
            ? [.. LookBefore(directory, holders, context)]
            : [.. context.Known.Select(known => LookAfter(known, directory, holders)).OfType<RunResource>(), .. Suspects(directory, holders, context)]);
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(place);
        string name = Path.GetFileName(resource.Name);
        if (directory.Find(name) is not { } file || !file.IsThat(resource.Details))
        {
            return ValueTask.CompletedTask;
        }

        // Once more, just before: somebody may have opened it since. A look at all processes takes about as long as it may be old.
        if (_last is not { } last || timeProvider.GetElapsedTime(last.At) > LookAge)
        {
            long now = timeProvider.GetTimestamp();
            _last = last = new SharedMemoryLook(SharedMemoryHolders.Find(directory.Key, cancellationToken), now);
        }

        if (last.Holders.Of(file.Key) is { Count: > 0 } living)
        {
            throw new IOException($"{ProcessKey.Describe(living)} has it");
        }

        // Nobody can put another user's file under this name in between: the directory is sticky.
        directory.Unlink(name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        using SharedMemoryDirectory directory = SharedMemoryDirectory.Open(place);
        return ValueTask.FromResult(directory.Find(Path.GetFileName(resource.Name)) is { } file && file.IsThat(resource.Details));
    }

    private IEnumerable<RunResource> LookBefore(SharedMemoryDirectory directory, SharedMemoryHolders holders, CleanupContext context)
    {
        foreach ((string name, BornFile file) in directory.Read())
        {
            List<ProcessKey> ours = [.. holders.Of(file.Key).Where(holder => holder.IsAmong(context.Processes))];
            if (ours.Count > 0)
            {
                string? doubt = SharedMemoryProof.WhyNot(file, holders, context, timeProvider.GetUtcNow());
                string had = $"{ProcessKey.Describe(ours)} had it";
                yield return Of(directory.PathOf(name), file, doubt is null && !options.ReportOnly, doubt is null ? had : $"{had}; not provably the run's: {doubt}");
            }
        }
    }

    // What was the run's is told also when it is gone: what was there before belongs into the receipt.
    private static RunResource? LookAfter(RunResource known, SharedMemoryDirectory directory, SharedMemoryHolders holders) =>
        directory.Find(Path.GetFileName(known.Name)) is not { } file || !file.IsThat(known.Details) ? known.Handling == ResourceHandling.Report ? null : known
        : known.Handling == ResourceHandling.Clean && holders.Of(file.Key) is { Count: > 0 } living
            ? known with { Handling = ResourceHandling.Watch, Note = $"{ProcessKey.Describe(living)} has it" }
        : known;

    private IEnumerable<RunResource> Suspects(SharedMemoryDirectory directory, SharedMemoryHolders holders, CleanupContext context)
    {
        if (context.Moment != CleanupMoment.AfterEnd)
        {
            yield break;
        }

        int told = 0;
        DateTimeOffset now = timeProvider.GetUtcNow();
        foreach ((string name, BornFile file) in directory.Read())
        {
            string path = directory.PathOf(name);
            if (file.Born is { } born && RunTime.Holds(context.Run, born, now)
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{file.OwnerId}")
                && holders.Of(file.Key).Count == 0 && context.Known.All(known => known.Name != path) && told++ < MostSuspects)
            {
                yield return Of(path, file, isProven: false, "made while the run was, and nobody has it open; nothing shows whose it is");
            }
        }
    }

    private static RunResource Of(string path, in BornFile file, bool isProven, string note) => new()
    {
        Cleaner = CleanerNames.SharedMemory,
        Name = path,
        Handling = isProven ? ResourceHandling.Clean : ResourceHandling.Report,
        Note = note,
        Details = file.Details,
    };
}
