using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Brings the outcome of a kill on record, now or when the store is back.</summary>
internal sealed class KillRecorder(KillLedger ledger, EndRecords records, KillSpool spool, LifecycleTelemetry telemetry, TimeProvider timeProvider, ILogger<KillRunner> logger) : IAsyncDisposable, IDisposable
{
    // How long the end of this process waits for outcomes that are under way to the store. By the clock of the world: a process ends in that.
    private static readonly TimeSpan DisposalLimit = TimeSpan.FromSeconds(5);

    // More than are answered early and not recorded in a while.
    private const int MostKept = 1000;

    // Kills whose outcome waits for the store, and that outcome.
    private readonly ConcurrentDictionary<KillId, KillEnd> _unrecorded = new();

    // Outcomes that were answered before they were on record: a process that ends at once would lose them, and their debts.
    private readonly ConcurrentDictionary<Task, KillId> _underWay = new();

    /// <summary>Commits it; where the store is away, later. Does not throw for that.</summary>
    /// <param name="operation">The kill.</param>
    /// <param name="run">The run's row.</param>
    /// <param name="end">The outcome.</param>
    /// <param name="answerIn">The longest that the answer waits for a store that takes its time; null where it waits for it.</param>
    public async Task<KillReport> RecordAsync(KillOperation operation, RunRecord run, KillEnd end, TimeSpan? answerIn)
    {
        if (answerIn is not { } longest)
        {
            return await RecordAsync(operation, run, end).ConfigureAwait(false);
        }

        // A store may take its time before it gives the thread back.
        Task<KillReport> recording = Task.Run(() => RecordAsync(operation, run, end));
        using KillLimit limit = new(longest, timeProvider, CancellationToken.None);
        await ((Task)recording).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (recording.IsCompleted)
        {
            return await recording.ConfigureAwait(false);
        }

        // The store may yet fail, after this process is gone.
        Log.KillRecordedLater(logger, operation.Kill.KillId, run.RunId);
        _ = operation.Met == IntentOutcome.Spooled && spool.TryWriteOutcome(run, operation.Kill, operation.Ground, end.Report, end.SentKill);
        Keep(operation.Kill, ObserveAsync(operation.Kill, recording));
        return end.Report with { Message = "The outcome of the kill is not on record yet: the store takes longer than the answer may." };
    }

    /// <summary>Waits, and not for long, for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_underWay.Keys).WaitAsync(DisposalLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (KillId killId in _underWay.Where(each => !each.Key.IsCompleted).Select(each => each.Value))
        {
            Log.KillLeftUnrecorded(logger, killId);
        }
    }

    // A container that is disposed synchronously refuses services that can only be disposed asynchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Keep(KillRecord kill, Task recording)
    {
        if (_underWay.Count < MostKept)
        {
            _underWay[recording] = kill.KillId;
            _ = recording.ContinueWith(over => _underWay.TryRemove(over, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ObserveAsync(KillRecord kill, Task recording)
    {
        try
        {
            await recording.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.KillInterrupted(logger, kill.KillId, kill.RunId, exception);
        }
    }

    private async Task<KillReport> RecordAsync(KillOperation operation, RunRecord run, KillEnd end)
    {
        try
        {
            return await CommitAsync(operation, run, end).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            // What was done was done, and the caller must know it; the row follows when the store is back.
            Log.KillNotRecorded(logger, operation.Kill.KillId, operation.Kill.RunId, exception);
            bool isSpooled = spool.TryWriteOutcome(run, operation.Kill, operation.Ground, end.Report, end.SentKill);
            WriteLater(operation, run, end, isSpooled);
            string where = isSpooled ? $" It is in the emergency spool {spool.Path}, and is merged when the store is back." : string.Empty;
            return end.Report with { Message = $"The outcome of the kill is not on record: {exception.Message}{where}" };
        }
    }

    // One that was not confirmed gives way to what became of it: with the first alone the kill would stay open, and its debts were lost.
    private void WriteLater(KillOperation operation, RunRecord run, KillEnd end, bool isSpooled)
    {
        KillId killId = operation.Kill.KillId;
        while (!_unrecorded.TryAdd(killId, end))
        {
            if (!_unrecorded.TryGetValue(killId, out KillEnd? waiting))
            {
                continue;
            }

            if (waiting.Report.Outcome != KillOutcome.KillUnconfirmed || _unrecorded.TryUpdate(killId, end, waiting))
            {
                return;
            }
        }

        Task writing = Task.Run(() => WriteLaterAsync(operation, run, end));
        if (!isSpooled)
        {
            // What is spooled is lost by no end of this process, and not waited for there.
            Keep(operation.Kill, writing);
        }
    }

    private async Task WriteLaterAsync(KillOperation operation, RunRecord run, KillEnd end)
    {
        KillEnd written;
        do
        {
            written = _unrecorded.GetValueOrDefault(operation.Kill.KillId, end);
            await StoreReturn.WriteAsync(run.RunId, () => CommitAsync(operation, run, written), timeProvider, logger).ConfigureAwait(false);
        }
        while (!_unrecorded.TryRemove(new KeyValuePair<KillId, KillEnd>(operation.Kill.KillId, written)));
    }

    /// <summary>Commits it.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public async Task<KillReport> CommitAsync(KillOperation operation, RunRecord run, KillEnd end)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Record);

        // Nobody else changes the rows of a kill whose intent we wrote, as a rule: they are read again only where somebody did.
        RunRecord? asWritten = operation.Met == IntentOutcome.Written ? run : null;
        (KillReport final, bool isOurs) = await ledger.CompleteAsync(
            operation.Kill,
            operation.Ground,
            end,
            row => run.Containment is null ? [] : CleanupDebts.OfLatecomers(row, run, operation.Kill.KillId, end.Debts, timeProvider.GetUtcNow()),
            row => KillFinish.Of(row, end.Report, timeProvider.GetUtcNow()),
            asWritten).ConfigureAwait(false);
        if (final.Outcome != KillOutcome.KillUnconfirmed)
        {
            if (isOurs)
            {
                telemetry.Killed(final);
            }

            await records.DiscardAsync(run).ConfigureAwait(false);
        }

        return final;
    }
}
