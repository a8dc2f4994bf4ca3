namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Every page of a search.</summary>
internal static class RunPages
{
    public static async Task<IReadOnlyList<RunRecord>> ReadAllAsync(IProcessRegistry registry, RunQuery query, CancellationToken cancellationToken)
    {
        List<RunRecord> runs = [];
        string? cursor = null;
        do
        {
            RunPage page = await registry.SearchAsync(query with { Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            runs.AddRange(page.Runs);
            cursor = page.Next;
        }
        while (cursor is not null);

        return runs;
    }
}
