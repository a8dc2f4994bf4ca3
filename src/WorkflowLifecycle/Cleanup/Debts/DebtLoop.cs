using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>Retries, as long as the host is up, the debts of this machine as they become due.</summary>
internal sealed class DebtLoop(
    IProcessStore store,
    IContainmentPlatform platform,
    ResourceCleaners cleaners,
    DebtRetrier retrier,
    DebtAlarm alarm,
    EventSignal signal,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<DebtLoop> logger)
{
    private const int LargestBatch = 32;

    // Debts that this process makes wake the loop. Those of others, as of a kill by the command line, are found by this look: an index without rows.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(30);

    // A clock that is set back, or a debt that somebody else changes at the same time, must not make it spin.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    // What is being retried, by cleaner: one that hangs keeps its own debts waiting, and nobody else's.
    private readonly Dictionary<string, Task> _lanes = new(StringComparer.Ordinal);

    /// <summary>Returns when it was told to stop. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Taken before the look, or a debt in between goes unnoticed.
            Task next = signal.NextDebt;
            TimeSpan wait = LookInterval;
            try
            {
                wait = await WorkAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                Log.DebtsNotRetried(logger, exception);
            }

            await WaitAsync(next, wait, stop).ConfigureAwait(false);
        }

        await Task.WhenAll(_lanes.Values).ConfigureAwait(false);
    }

    /// <summary>Begins to retry what is due.</summary>
    /// <returns>How long there is nothing to do.</returns>
    private async Task<TimeSpan> WorkAsync(CancellationToken stop)
    {
        foreach (string done in _lanes.Where(lane => lane.Value.IsCompleted).Select(lane => lane.Key).ToArray())
        {
            _lanes.Remove(done);
        }

        await alarm.RaiseAsync(platform.Self.HostId, stop).ConfigureAwait(false);
        if (Ours() is not { } ours)
        {
            return LookInterval;
        }

        IReadOnlyList<CleanupDebt> due = await ReadDueAsync(ours, timeProvider.GetUtcNow(), stop).ConfigureAwait(false);
        foreach (IGrouping<string, CleanupDebt> lane in due.GroupBy(debt => debt.Cleaner, StringComparer.Ordinal))
        {
            CleanupDebt[] debts = [.. lane];
            _lanes[lane.Key] = Task.Run(() => RetryAsync(debts, stop), CancellationToken.None);
        }

        if (due.Count == LargestBatch || Ours() is not { } others)
        {
            return due.Count == LargestBatch ? ShortestWait : LookInterval;
        }

        IReadOnlyList<CleanupDebt> later = await store.ReadDebtsAsync(others with { DueBy = DateTimeOffset.MaxValue, Limit = 1 }, stop).ConfigureAwait(false);
        TimeSpan wait = later is [{ } first] ? first.NextAttemptAt - timeProvider.GetUtcNow() : LookInterval;
        return wait < ShortestWait ? ShortestWait : wait < LookInterval ? wait : LookInterval;
    }

    private async Task<IReadOnlyList<CleanupDebt>> ReadDueAsync(DebtQuery ours, DateTimeOffset now, CancellationToken stop)
    {
        IReadOnlyList<CleanupDebt> due = await store.ReadDebtsAsync(ours with { DueBy = now }, stop).ConfigureAwait(false);
        return due.Count > 0 ? due
            : [.. (await store.ReadDebtsAsync(ours with { DueBy = DateTimeOffset.MaxValue }, stop).ConfigureAwait(false)).Where(debt => DebtTimes.IsOfAClockAhead(debt, now))];
    }

    // Null when all cleaners are at it.
    private DebtQuery? Ours()
    {
        string[] free = [.. cleaners.Names.Prepend(ContainmentDebts.CleanerName).Where(name => !_lanes.ContainsKey(name))];
        return free.Length == 0 ? null : new DebtQuery { HostId = platform.Self.HostId, Cleaners = free, Limit = LargestBatch };
    }

    // Does not throw.
    private async Task RetryAsync(CleanupDebt[] debts, CancellationToken stop)
    {
        TimeSpan pause = ShortestWait;
        try
        {
            string actor = WorkflowPrincipal.HostSubject(options.Value.HostName);
            await Parallel.ForEachAsync(
                debts,
                new ParallelOptions { MaxDegreeOfParallelism = DebtDesk.AtOnce, CancellationToken = stop },
                async (debt, token) => await RetryAsync(debt, actor, token).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            Log.DebtsNotRetried(logger, exception);
            pause = LookInterval;
        }

        await Task.Delay(pause, timeProvider, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RetryAsync(CleanupDebt debt, string actor, CancellationToken stop)
    {
        DebtRetry retry = await retrier.RetryAsync(debt, actor, isAsked: false, stop).ConfigureAwait(false);
        if (retry.Outcome == DebtRetryOutcome.Settled)
        {
            Log.DebtSettled(logger, debt.DebtId, debt.RunId, debt.Cleaner, redactor.NameOf(debt), retry.Debt.Attempts);
        }
        else if (retry.Outcome == DebtRetryOutcome.Remains)
        {
            Log.DebtRemains(logger, debt.DebtId, debt.RunId, debt.Cleaner, redactor.NameOf(debt), retry.Debt.NextAttemptAt, retry.Message);
        }
    }

    private async Task WaitAsync(Task next, TimeSpan wait, CancellationToken stop)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny([next, .. _lanes.Values, Task.Delay(wait, timeProvider, waiting.Token)]).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
    }
}
