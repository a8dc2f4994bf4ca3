using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Statistics;

/// <summary>Reads the runs that ended and the kills that were asked for in a span of time, page by page.</summary>
internal sealed class StatisticsReader(StoreStart start, IProcessStore store, TimeProvider timeProvider) : ILifecycleStatistics
{
    public async Task<LifecycleStatistics> ReadAsync(StatisticsQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        DateTimeOffset now = timeProvider.GetUtcNow();
        DateTimeOffset until = query.Until ?? now;
        if (query.Since >= until || query.StuckAfter <= TimeSpan.Zero)
        {
            throw new ArgumentException("The span begins before it ends, and the limit for stuck runs is above 0.", nameof(query));
        }

        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        RunTally runs = new(query.StuckAfter, now);
        KillTally kills = new();
        await ReadEndsAsync(query, runs, cancellationToken).ConfigureAwait(false);
        if (query.Until is null)
        {
            await ReadUnfinishedAsync(runs, cancellationToken).ConfigureAwait(false);
        }

        await ReadKillsAsync(query, kills, cancellationToken).ConfigureAwait(false);
        return new LifecycleStatistics
        {
            Since = query.Since.ToUniversalTime(),
            Until = until.ToUniversalTime(),
            Runs = runs.Count,
            StuckRuns = runs.StuckCount,
            Stuck = runs.Stuck,
            Kills = kills.ToTimes(),
            Cleanup = new CleanupFigures
            {
                Ends = runs.Ends,
                EndsWithoutDebts = runs.EndsWithoutDebts,
                Lines = runs.Lines.Count + kills.Lines.Count,
                CleanLines = runs.Lines.Clean + kills.Lines.Clean,
            },
            CompletedKills = kills.Completed,
            KillsWithoutCompleteAudit = kills.WithoutAuditCount,
            WithoutCompleteAudit = kills.WithoutAudit,
        };
    }

    private async Task ReadEndsAsync(StatisticsQuery query, RunTally tally, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            EndPage page = await store.SearchEndsAsync(
                new EndQuery { EndedFrom = query.Since, EndedBefore = query.Until, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            foreach (EndedRun end in page.Ends)
            {
                tally.Add(end);
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }

    private async Task ReadUnfinishedAsync(RunTally tally, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            RunPage page = await store.SearchRunsAsync(new RunQuery { Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            foreach (RunRecord run in page.Runs)
            {
                tally.Add(run);
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }

    private async Task ReadKillsAsync(StatisticsQuery query, KillTally tally, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            KillPage page = await store.SearchKillsAsync(
                new KillQuery { RequestedFrom = query.Since, RequestedBefore = query.Until, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            foreach (KillRecord kill in page.Kills.Where(kill => kill is { State: KillState.Completed, Report: not null }))
            {
                tally.Add(kill, await ReadStagesAsync(kill.KillId, cancellationToken).ConfigureAwait(false));
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }

    // The entries that count come first and last, and retries between: all of them are read.
    private async Task<HashSet<string>> ReadStagesAsync(KillId killId, CancellationToken cancellationToken)
    {
        HashSet<string> stages = new(StringComparer.Ordinal);
        AuditQuery query = new() { KillId = killId };
        IReadOnlyList<AuditEntry> page;
        do
        {
            page = await store.ReadAuditAsync(query, cancellationToken).ConfigureAwait(false);
            stages.UnionWith(page.Select(entry => entry.Stage));
            query = query with { Skip = query.Skip + page.Count };
        }
        while (page.Count == AuditQuery.MaximumLimit);

        return stages;
    }
}
