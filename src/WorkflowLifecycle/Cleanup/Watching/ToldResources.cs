using System.Collections.Concurrent;

namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>
/// What watchers said at their latest look that is to be told and nothing else, of runs that this process holds. The row may not have it, as it
/// has no room, or the store did not take it; and who forgets that something was a stranger's may free it as the run's own.
/// </summary>
internal sealed class ToldResources
{
    // More than a machine has of what one run can see, and not more memory than a look itself needs.
    private const int Most = 5000;

    private readonly ConcurrentDictionary<(RunId Run, string Cleaner), IReadOnlyList<RunResource>> _told = new();

    /// <summary>Notes what a look found.</summary>
    public void Note(RunId runId, string cleaner, IEnumerable<RunResource> found)
    {
        RunResource[] told = [.. found.Where(WatchedResources.IsOnlyTold).Take(Most).Select(resource => resource with { Cleaner = cleaner })];
        if (told.Length > 0)
        {
            _told[(runId, cleaner)] = told;
        }
        else
        {
            _told.TryRemove((runId, cleaner), out _);
        }
    }

    /// <summary>What a row knows of a cleaner's resources, and what is only known here beside it.</summary>
    public IReadOnlyList<RunResource> Known(RunRecord run, string cleaner)
    {
        RunResource[] known = [.. run.Resources.Where(resource => resource.Cleaner == cleaner)];
        if (!_told.TryGetValue((run.RunId, cleaner), out IReadOnlyList<RunResource>? told))
        {
            return known;
        }

        HashSet<string> names = [.. known.Select(resource => resource.Name)];
        return [.. known, .. told.Where(resource => !names.Contains(resource.Name))];
    }

    /// <summary>The run is over and on record as such.</summary>
    public void Forget(RunId runId)
    {
        foreach ((RunId Run, string Cleaner) key in _told.Keys.Where(key => key.Run == runId))
        {
            _told.TryRemove(key, out _);
        }
    }
}
