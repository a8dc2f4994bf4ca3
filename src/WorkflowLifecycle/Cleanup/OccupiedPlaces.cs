using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cleanup;

/// <summary>What others than one run need on this machine's disks: the working directories of live runs, and what we keep ourselves.</summary>
internal sealed class OccupiedPlaces(IProcessStore store, IContainmentPlatform platform)
{
    public async ValueTask<IReadOnlyList<OccupiedPlace>> FindAsync(RunRecord run, CancellationToken cancellationToken)
    {
        List<OccupiedPlace> places = [new OccupiedPlace(platform.RuntimeRoot, "where this product keeps the state of runs") { IsWhole = true }];
        if (Path.IsPathFullyQualified(store.Location))
        {
            places.Add(new OccupiedPlace(Path.GetFullPath(store.Location), "the store of runs"));
        }

        RunQuery query = new();
        do
        {
            RunPage page = await store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            places.AddRange(page.Runs
                .Where(other => other.RunId != run.RunId && !other.State.IsFinal && other.Host.HostId == run.Host.HostId)
                .SelectMany(PlacesOf));
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return places;
    }

    // What was made for a run, as its temp directory, is in use as much as the directory that it works in.
    private static IEnumerable<OccupiedPlace> PlacesOf(RunRecord run) =>
        run.Resources.Where(made => made.Handling == ResourceHandling.Clean).Select(made => (Path: made.Name, What: "made for"))
            .Prepend((Path: run.WorkingDirectory, What: "the working directory of"))
            .Where(place => Path.IsPathFullyQualified(place.Path))
            .Select(place => new OccupiedPlace(Path.GetFullPath(place.Path), $"{place.What} run {run.RunId}, which is not over"));
}
