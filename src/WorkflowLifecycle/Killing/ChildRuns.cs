using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Killing;

/// <summary>The runs that were launched under a run, and what a kill of it means for them.</summary>
internal sealed class ChildRuns(IProcessStore store, StoreOpening opening, RunsWithoutStore withoutStore)
{
    /// <summary>The nearest live runs below a run: its live children, and those below children that are over.</summary>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(RunId parent, CancellationToken cancellationToken) =>
        [.. (await ListAsync(new HashSet<RunId> { parent }, cancellationToken).ConfigureAwait(false))[parent]];

    /// <summary>The same below several runs at once: by the run that each is next below.</summary>
    public async Task<ILookup<RunId, RunRecord>> ListAsync(IReadOnlySet<RunId> parents, CancellationToken cancellationToken)
    {
        await opening.OpenAsync(cancellationToken).ConfigureAwait(false);

        // From the live runs upwards: they are few, while a run may have had thousands of children that are over.
        Dictionary<RunId, RunRecord> live = await ReadLiveAsync(cancellationToken).ConfigureAwait(false);
        List<(RunId Parent, RunRecord Run)> children = [];
        foreach (RunRecord run in live.Values)
        {
            if (await FindAboveAsync(run, parents, live, cancellationToken).ConfigureAwait(false) is { } parent && parent != run.RunId)
            {
                children.Add((parent, run));
            }
        }

        return children.ToLookup(child => child.Parent, child => child.Run);
    }

    /// <summary>What can be known of it while the store is away: the runs of this user that were launched directly under these.</summary>
    public ILookup<RunId, RunRecord> ListWithoutStore(IReadOnlySet<RunId> parents) =>
        parents.SelectMany(parent => withoutStore.FindBelow(parent).Select(run => (Parent: parent, Run: run))).ToLookup(child => child.Parent, child => child.Run);

    public static KillRequest Cascade(RunId parent, KillRequest request)
    {
        return new KillRequest(ReasonOf(parent, request.Reason), request.RequestedBy)
        {
            Mode = request.Mode,
            GracePeriod = request.GracePeriod,
            CaptureEvidence = request.CaptureEvidence,
            Door = request.Door,
        };
    }

    /// <summary>The reason of a child run's kill.</summary>
    public static string ReasonOf(RunId parent, string reason) => Shorten($"parent run {parent}: {reason}");

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

    private async Task<RunId?> FindAboveAsync(RunRecord run, IReadOnlySet<RunId> tops, Dictionary<RunId, RunRecord> live, CancellationToken cancellationToken)
    {
        HashSet<RunId> passed = [run.RunId];
        RunId? above = run.ParentRun;

        // What lies below a live run is that run's business.
        while (above is { } id && !tops.Contains(id) && !live.ContainsKey(id) && passed.Add(id))
        {
            above = (await store.FindRunAsync(id, cancellationToken).ConfigureAwait(false))?.ParentRun;
        }

        return above is { } found && tops.Contains(found) ? found : null;
    }
}
