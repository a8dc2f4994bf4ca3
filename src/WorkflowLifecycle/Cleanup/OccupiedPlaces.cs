using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cleanup;

/// <summary>What others than one run need on this machine's disks: the working directories of live runs, and what we keep ourselves.</summary>
internal sealed class OccupiedPlaces(IProcessStore store, IContainmentPlatform platform)
{
    public async ValueTask<IReadOnlyList<OccupiedPlace>> FindAsync(RunRecord run, CancellationToken cancellationToken)
    {
        List<OccupiedPlace> places = [new OccupiedPlace(platform.RuntimeRoot, "where this product keeps the state of runs")];
        if (Path.IsPathFullyQualified(store.Location))
        {
            places.Add(new OccupiedPlace(Path.GetFullPath(store.Location), "the store of runs"));
        }

        RunQuery query = new();
        do
        {
            RunPage page = await store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            places.AddRange(page.Runs
                .Where(other => other.RunId != run.RunId && !other.State.IsFinal && other.Host.HostId == run.Host.HostId && Path.IsPathFullyQualified(other.WorkingDirectory))
                .Select(other => new OccupiedPlace(Path.GetFullPath(other.WorkingDirectory), $"the working directory of run {other.RunId}, which is not over")));
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return places;
    }
}
