using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Finds the run that is to be ended: by its row, and in an emergency, where the store does not give that in time, by its directory.</summary>
internal sealed class KillableRuns(StoreStart start, StoreOpening opening, IProcessStore store, RunReconciler reconciler, RunsWithoutStore withoutStore, ILogger<KillableRuns> logger)
{
    // P11: an emergency waits no longer for a row than for the commit of its intent.
    private static readonly TimeSpan EmergencyLimit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReconcileLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>The run.</summary>
    /// <exception cref="RunNotFoundException">There is none.</exception>
    /// <exception cref="StoreUnavailableException">Nobody knows: the store is away, and nothing here proves that the run is.</exception>
    public async Task<RunRecord> FindAsync(RunId runId, KillMode? mode, CancellationToken cancellationToken)
    {
        if (mode == KillMode.Emergency)
        {
            return await FindAtOnceAsync(runId, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            RunRecord run = await ReadAsync(runId, cancellationToken).ConfigureAwait(false);
            return await ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception) when (mode == KillMode.Graceful)
        {
            throw new StoreUnavailableException(
                $"{exception.Message} A graceful kill needs the store, and nothing was signalled. Free it, or ask for an emergency kill, which does without: workflowctl kill {runId} --emergency --reason TEXT",
                exception);
        }
    }

    private async Task<RunRecord> FindAtOnceAsync(RunId runId, CancellationToken cancellationToken)
    {
        // By the clock of the world: a thread of it may be held up.
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        reading.CancelAfter(EmergencyLimit);
        RunRecord run;
        try
        {
            // A store may block before it gives the thread back, and hear no token.
            run = await Task.Run(() => ReadAtOnceAsync(runId, reading.Token), CancellationToken.None).Observed().WaitAsync(reading.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsAway(exception) && !cancellationToken.IsCancellationRequested)
        {
            if (withoutStore.Find(runId) is { } found)
            {
                Log.RunFoundWithoutStore(logger, runId, found.Containment!.RunDirectory, exception.Message);
                return found;
            }

            throw exception is OperationCanceledException
                ? new StoreUnavailableException($"The store {store.Location} did not give the row of run {runId} within {EmergencyLimit.TotalMilliseconds:0} ms, and no run directory of this user proves that the run is here. Nothing was signalled.", exception)
                : exception is RunNotFoundException
                ? exception
                : new StoreUnavailableException($"{exception.Message} No run directory of this user proves that run {runId} is here; nothing was signalled.", exception);
        }

        return await ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsAway(Exception exception) => exception is StoreUnavailableException or OperationCanceledException or RunNotFoundException;

    private async Task<RunRecord> ReadAsync(RunId runId, CancellationToken cancellationToken)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAtOnceAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunRecord> ReadAtOnceAsync(RunId runId, CancellationToken cancellationToken)
    {
        await opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
    }

    private async Task<RunRecord> ReconcileAsync(RunRecord run, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReconcileLimit);
        try
        {
            return await reconciler.ReconcileAsync(run, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreUnavailableException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The row as it is will do: an emergency does not wait for a store, and the kill looks for itself.
            return run;
        }
    }
}
