namespace WorkflowLifecycle.Killing;

/// <summary>The runs that were launched under a run, and what a kill of it means for them.</summary>
internal sealed class ChildRuns(IProcessStore store)
{
    public async Task<IReadOnlyList<RunRecord>> ListAsync(RunId parent, CancellationToken cancellationToken)
    {
        List<RunRecord> children = [];
        RunQuery query = new() { ParentRun = parent };
        RunPage page;
        do
        {
            page = await store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
            children.AddRange(page.Runs);
            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);

        return children;
    }

    public static KillRequest Cascade(RunId parent, KillRequest request)
    {
        string reason = $"parent run {parent}: {request.Reason}";
        return new KillRequest(reason.Length > KillReason.MaximumLength ? reason[..KillReason.MaximumLength] : reason, request.RequestedBy)
        {
            Mode = request.Mode,
            GracePeriod = request.GracePeriod,
            Door = request.Door,
        };
    }
}
