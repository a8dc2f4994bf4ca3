using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// Goes through all rows that are not final when a process starts, and settles each. Beside its other work: no call waits for it, since every
/// row is held against reality again when it is read.
/// </summary>
internal sealed class StartRecovery(IProcessStore store, IContainmentPlatform platform, RowRecovery rows, IOptions<WorkflowLifecycleOptions> options, TimeProvider timeProvider, ILogger<StartRecovery> logger)
    : IAsyncDisposable, IDisposable
{
    // Most of the time of a row is a wait for its holder's answer.
    private const int RowsAtOnce = 8;

    private readonly CancellationTokenSource _stop = new();
    private Task _recovering = Task.CompletedTask;

    /// <summary>Completes when every row that was there at the start was looked at. Kills that were taken up may still be under way.</summary>
    public Task Settled => _recovering;

    /// <summary>Begins, where this process is one that stays; nobody waits for it.</summary>
    /// <param name="merging">The merge of what was spooled: it may bring kills on record that are to be carried on.</param>
    public void Begin(Task merging)
    {
        if (options.Value.RecoverOnStart)
        {
            _recovering = Task.Run(() => RecoverAsync(merging));
        }
    }

    /// <summary>Goes through them once, for a process that leaves again.</summary>
    public async Task<IReadOnlyList<RecoveredRun>> SettleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        using ITimer timer = timeProvider.CreateTimer(_ => over.Cancel(), null, limit, Timeout.InfiniteTimeSpan);
        ConcurrentBag<RecoveredRun> found = [];
        try
        {
            await SettleAllAsync(new RecoveryStay(limit), found, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is up: what was not looked at is the next one's.
            Log.RecoveryCutShort(logger, found.Count, limit.TotalSeconds);
        }

        return [.. found.Where(run => run.Outcome != RecoveryOutcome.Untouched).OrderBy(run => run.RunId.Value, StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _recovering.ConfigureAwait(false);
        _stop.Dispose();
    }

    // A container that is disposed synchronously refuses services that can only be disposed asynchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task RecoverAsync(Task merging)
    {
        ConcurrentBag<RecoveredRun> found = [];
        try
        {
            await merging.WaitAsync(_stop.Token).ConfigureAwait(false);
            await SettleAllAsync(new RecoveryStay(limit: null), found, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception exception)
        {
            Log.RecoveryFailed(logger, store.Location, exception);
        }

        Summarize(found);
    }

    private async Task SettleAllAsync(RecoveryStay stay, ConcurrentBag<RecoveredRun> found, CancellationToken stop)
    {
        RunQuery query = new();
        RunPage page;
        do
        {
            page = await store.SearchRunsAsync(query, stop).ConfigureAwait(false);
            await Parallel.ForEachAsync(
                page.Runs,
                new ParallelOptions { MaxDegreeOfParallelism = RowsAtOnce, CancellationToken = stop },
                async (run, token) => found.Add(await SettleOrTellAsync(run, stay, token).ConfigureAwait(false))).ConfigureAwait(false);
            query = query with { Cursor = page.Next };
        }
        while (page.Next is not null);
    }

    // One row must not keep the others.
    private async Task<RecoveredRun> SettleOrTellAsync(RunRecord run, RecoveryStay stay, CancellationToken stop)
    {
        try
        {
            RecoveredRun settled = await rows.SettleAsync(run, stay, stop).ConfigureAwait(false);
            if (settled.Outcome == RecoveryOutcome.CannotTell)
            {
                Log.RowLeftAlone(logger, run.RunId, settled.Detail ?? string.Empty);
            }

            return settled;
        }
        catch (Exception exception) when (!stop.IsCancellationRequested)
        {
            Log.RowNotSettled(logger, run.RunId, exception);
            return new RecoveredRun { RunId = run.RunId, Outcome = RecoveryOutcome.CannotTell, Detail = exception.Message };
        }
    }

    private void Summarize(IReadOnlyCollection<RecoveredRun> found)
    {
        List<string> counts =
        [
            .. found.Where(run => run.Outcome != RecoveryOutcome.Untouched).GroupBy(run => run.Outcome).OrderBy(group => group.Key)
                .Select(group => $"{group.Count()} {group.Key}"),
        ];
        if (counts.Count > 0)
        {
            Log.Recovered(logger, store.Location, platform.Self.Pid, string.Join(", ", counts));
        }
    }
}
