namespace WorkflowLifecycle.Killing;

/// <summary>The runs that were launched under a run, and what a kill of it means for them.</summary>
internal sealed class ChildRuns(IProcessStore store)
{
    /// <summary>The nearest live runs below a run: its live children, and those below children that are over.</summary>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(RunId parent, CancellationToken cancellationToken)
    {
        // From the live runs upwards: they are few, while a run may have had thousands of children that are over.
        Dictionary<RunId, RunRecord> live = await ReadLiveAsync(cancellationToken).ConfigureAwait(false);
        List<RunRecord> children = [];
        foreach (RunRecord run in live.Values)
        {
            if (run.RunId != parent && await IsNextBelowAsync(run, parent, live, cancellationToken).ConfigureAwait(false))
            {
                children.Add(run);
            }
        }

        return children;
    }

    public static KillRequest Cascade(RunId parent, KillRequest request)
    {
        string reason = $"parent run {parent}: {request.Reason}";
        return new KillRequest(Shorten(reason), request.RequestedBy)
        {
            Mode = request.Mode,
            GracePeriod = request.GracePeriod,
            Door = request.Door,
        };
    }

    private static string Shorten(string reason)
    {
        int length = Math.Min(reason.Length, KillReason.MaximumLength);
        return reason[..(char.IsHighSurrogate(reason[length - 1]) ? length - 1 : length)];
    }

    private async Task<Dictionary<RunId, RunRecord>> ReadLiveAsync(CancellationToken cancellationToken)
    {
        Dictionary<RunId, RunRecord> live = [];
        RunQuery query = new();
        RunPage page;
        do
        {
            page = await store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (RunRecord run in page.Runs)
            {
                live[run.RunId] = run;
            }

            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);

        return live;
    }

    private async Task<bool> IsNextBelowAsync(RunRecord run, RunId top, Dictionary<RunId, RunRecord> live, CancellationToken cancellationToken)
    {
        HashSet<RunId> passed = [run.RunId];
        RunId? above = run.ParentRun;

        // What lies below a live run is that run's business.
        while (above is { } id && id != top && !live.ContainsKey(id) && passed.Add(id))
        {
            above = (await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false))?.ParentRun;
        }

        return above == top;
    }
}
