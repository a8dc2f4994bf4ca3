namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>
/// What is known of one watcher's resources at one run, after a look: what the launch made stays as it is, what is seen again is as it was seen
/// now, what is not seen any more stays known where it is to be freed or watched until it is seen to be gone. At most 200 of those beside the
/// launch's, and 200 that are only told: who forgets those takes what is a stranger's for the run's own.
/// </summary>
internal sealed class WatchedResources
{
    private const int Most = 200;

    // Longer than a resource may be named.
    private const int LongestName = 1000;

    private readonly string _cleaner;
    private readonly IReadOnlyList<RunResource> _ofLaunch;
    private readonly IReadOnlyList<RunResource> _earlier;
    private readonly Dictionary<string, RunResource> _found;

    /// <summary>Holds what a look found against what is known.</summary>
    /// <param name="cleaner">The watcher's name.</param>
    /// <param name="known">Its resources as the row has them.</param>
    /// <param name="ofLaunch">The names of those that are not a look's.</param>
    /// <param name="found">What it sees now.</param>
    public WatchedResources(string cleaner, IReadOnlyList<RunResource> known, IReadOnlySet<string> ofLaunch, IReadOnlyList<RunResource> found)
    {
        _cleaner = cleaner;
        _ofLaunch = [.. known.Where(resource => ofLaunch.Contains(resource.Name))];
        _earlier = [.. known.Where(resource => !ofLaunch.Contains(resource.Name))];
        _found = found.Where(resource => resource is { Name: { Length: > 0 and <= LongestName } name } && !ofLaunch.Contains(name))
            .DistinctBy(resource => resource.Name, StringComparer.Ordinal)
            .ToDictionary(resource => resource.Name, StringComparer.Ordinal);
    }

    /// <summary>True for what nobody frees.</summary>
    public static bool IsOnlyTold(RunResource resource) => resource.Handling is ResourceHandling.Keep or ResourceHandling.Report;

    /// <summary>Whether there is something to write: something that is new, that is another by now, or that was only told and is told no more.</summary>
    public bool HasNews
    {
        get
        {
            Dictionary<string, RunResource> earlier = _earlier.ToDictionary(resource => resource.Name, StringComparer.Ordinal);
            return _found.Values.Any(now => !earlier.TryGetValue(now.Name, out RunResource? before) || !IsSame(before, now))
                || _earlier.Any(resource => IsOnlyTold(resource) && !_found.ContainsKey(resource.Name));
        }
    }

    /// <summary>What is seen now beside the launch's.</summary>
    public IReadOnlyCollection<RunResource> Found => _found.Values;

    /// <summary>Those that are known and were not seen now: gone, or merely not held at this moment.</summary>
    public IReadOnlyList<RunResource> Unseen => [.. _earlier.Where(resource => !IsOnlyTold(resource) && !_found.ContainsKey(resource.Name))];

    /// <summary>What is known from now on.</summary>
    /// <param name="gone">Names of those that were seen to be gone.</param>
    /// <returns>Null when it is what was known before.</returns>
    public IReadOnlyList<RunResource>? Without(IReadOnlySet<string> gone)
    {
        IEnumerable<RunResource> again = _earlier
            .Select(before => _found.TryGetValue(before.Name, out RunResource? now) ? now : IsOnlyTold(before) || gone.Contains(before.Name) ? null : before)
            .OfType<RunResource>();
        HashSet<string> earlier = [.. _earlier.Select(resource => resource.Name)];

        // Where there are too many, those stay that are known already: or each look would be news.
        RunResource[] all = [.. again, .. _found.Values.Where(now => !earlier.Contains(now.Name))];
        RunResource[] next =
        [
            .. all.Where(resource => !IsOnlyTold(resource)).Take(Most).Concat(all.Where(IsOnlyTold).Take(Most))
                .Select(resource => resource with { Cleaner = _cleaner }),
        ];
        return next.Length == _earlier.Count && next.Zip(_earlier.OrderBy(IsOnlyTold)).All(pair => pair.First.Name == pair.Second.Name && IsSame(pair.First, pair.Second))
            ? null
            : [.. _ofLaunch, .. next];
    }

    // A note is told as it is at the end: who holds something may change from look to look.
    private static bool IsSame(RunResource one, RunResource other) =>
        one.Handling == other.Handling && one.Details.Count == other.Details.Count
        && one.Details.All(detail => other.Details.TryGetValue(detail.Key, out string? value) && value == detail.Value);
}
