using WorkflowLifecycle.Cleanup.Watching;

namespace WorkflowLifecycle.Cleanup;

/// <summary>The cleaners of this host.</summary>
internal sealed class ResourceCleaners
{
    private const int LongestName = 40;

    // Lines of the receipt that are not a cleaner's.
    private static readonly string[] Reserved = [ContainmentDebts.CleanerName, "cgroup", "shim", "run-directory"];

    private readonly IReadOnlyList<IResourceCleaner> _cleaners;
    private readonly ContainmentDebts _containment;

    public ResourceCleaners(IEnumerable<IResourceCleaner> cleaners, ContainmentDebts containment)
    {
        _cleaners = [.. cleaners];
        _containment = containment;
        foreach (IResourceCleaner cleaner in _cleaners)
        {
            Check(cleaner);
        }

        if (_cleaners.GroupBy(cleaner => cleaner.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidOperationException(
                $"Two cleaners are named '{twice.Key}' ({string.Join(" and ", twice.Select(cleaner => cleaner.GetType().Name))}). Give one of them another name.");
        }

        Names = [.. _cleaners.Select(cleaner => cleaner.Name)];
    }

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Those of the names that look while a run goes on.</summary>
    public IReadOnlyList<IResourceWatcher> WatchersOf(IReadOnlyList<string> names) =>
        [.. _cleaners.OfType<IResourceWatcher>().Where(watcher => names.Contains(watcher.Name, StringComparer.Ordinal))];

    /// <summary>The cleaner of that name, also the one of debts of the containment; null when this process does not have it.</summary>
    public IResourceCleaner? Find(string name) => name == ContainmentDebts.CleanerName ? _containment : _cleaners.FirstOrDefault(cleaner => cleaner.Name == name);

    /// <summary>The names for a launch, as its row keeps them.</summary>
    /// <exception cref="ArgumentException">A cleaner that was asked for is not here.</exception>
    public IReadOnlyList<string> Select(LaunchRequest request)
    {
        IReadOnlyList<string> names = request.Cleaners is { } asked ? Select(asked) : Names;
        if (request.WorkDirectory is WorkDirectoryPolicy.Delete or WorkDirectoryPolicy.Archive && !names.Contains(CleanerNames.WorkDirectory, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"WorkDirectory = {request.WorkDirectory} needs the cleaner '{CleanerNames.WorkDirectory}'. Call AddWorkDirectoryCleaner() at start-up, and name it where Cleaners is set.", nameof(request));
        }

        return names;
    }

    /// <summary>The names as they were asked for.</summary>
    /// <exception cref="ArgumentException">A cleaner that was asked for is not here.</exception>
    public IReadOnlyList<string> Select(IReadOnlyList<string> asked)
    {
        if (asked.FirstOrDefault(name => !Names.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            string here = Names.Count == 0 ? "none" : string.Join(", ", Names);
            throw new ArgumentException($"This host has no cleaner '{unknown}'; it has {here}. Add it at start-up, or leave it out of Cleaners.", nameof(asked));
        }

        return [.. asked.Distinct(StringComparer.Ordinal)];
    }

    private static void Check(IResourceCleaner cleaner)
    {
        if (cleaner.Name is not { Length: >= 1 and <= LongestName } || !cleaner.Name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
        {
            throw new InvalidOperationException(
                $"The cleaner {cleaner.GetType().Name} is named '{cleaner.Name}'. A name has 1 to {LongestName} characters, each one of a-z, 0-9 and '-'.");
        }

        if (Reserved.Contains(cleaner.Name, StringComparer.Ordinal))
        {
            throw new InvalidOperationException($"The cleaner {cleaner.GetType().Name} is named '{cleaner.Name}', as a line of our own. Give it another name.");
        }

        if (cleaner.Ceiling <= TimeSpan.Zero || cleaner.Ceiling > KillRequest.MaximumGracePeriod)
        {
            throw new InvalidOperationException($"The ceiling of the cleaner '{cleaner.Name}' is {cleaner.Ceiling}. A ceiling is above 0 and at most 24 hours.");
        }

        if (cleaner is IResourceWatcher watcher && !LookRest.IsInterval(watcher.LookInterval))
        {
            throw new InvalidOperationException($"The look interval of the cleaner '{cleaner.Name}' is {watcher.LookInterval}. It is 250 ms at least and at most 1 hour.");
        }
    }
}
