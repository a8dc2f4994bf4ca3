using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Launching;

/// <summary>Watches one run for the host that launched it: readiness, and the end.</summary>
internal sealed class RunMonitor(
    RunId runId, IHeldRun held, HostOutput? output, SignWatch signs, ResourceWatch watch, RunFinisher finisher, MainExits mainExits, TimeSpan drainLimit, TimeProvider timeProvider, ILogger logger)
{
    private readonly TaskCompletionSource<RunResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly long _begun = timeProvider.GetTimestamp();
    private readonly DateTimeOffset _begunAt = timeProvider.GetUtcNow();

    private Task? _drained;
    private Task<IReadOnlyList<ProcessSnapshot>> _left = Task.FromResult<IReadOnlyList<ProcessSnapshot>>([]);

    /// <summary>Completes once the run's end is recorded.</summary>
    public Task<RunResult> Result => _result.Task;

    public void Start()
    {
        signs.Start(held, output);
        _left = Task.Run(WatchMainExitAsync);
        _ = Task.Run(WatchEndAsync);
    }

    public Task MarkReadyAsync(string? status, CancellationToken cancellationToken) => signs.MarkReadyAsync(status, cancellationToken);

    // Of a tree that nobody here started, nobody hears how its root exited.
    private async Task<IReadOnlyList<ProcessSnapshot>> WatchMainExitAsync()
    {
        ExitNotice exit = await held.Exited.ConfigureAwait(false);
        if (exit is { ExitCode: null, Signal: null } || held.Ended.IsCompleted)
        {
            return [];
        }

        try
        {
            return await mainExits.RecordAsync(runId, exit).ConfigureAwait(false);
        }
        catch (WorkflowLifecycleException exception)
        {
            // The end of the tree says it again.
            Log.WatchFailed(logger, runId, exception);
            return [];
        }
    }

    private async Task WatchEndAsync()
    {
        EndNotice? word = null;
        try
        {
            word = await held.Ended.ConfigureAwait(false);
            await RecordEndAsync(word).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            // Who waits is told now. The row follows: another process leaves it alone as long as this one lives.
            Log.WatchFailed(logger, runId, exception);
            _result.TrySetException(exception);
            await StoreReturn.WriteAsync(runId, () => RecordEndAsync(word), timeProvider, logger).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.WatchFailed(logger, runId, exception);
            _result.TrySetException(exception);
        }
        finally
        {
            watch.Forget(runId);
            signs.Close();
            output?.Pattern?.Finish();
            await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Without the holder's word the tree may live on for long: that it is lost is said first, and the output is only drained at the end.
    private async Task RecordEndAsync(EndNotice? word)
    {
        EndNotice end = word ?? await finisher.OutliveHolderAsync(runId).ConfigureAwait(false);
        await watch.EndAsync(runId).ConfigureAwait(false);
        if (output is not null)
        {
            await (_drained ??= output.FinishAsync(drainLimit, timeProvider)).ConfigureAwait(false);
        }

        ExitNotice? exit = held.Exited.IsCompletedSuccessfully ? await held.Exited.ConfigureAwait(false) : null;
        RunRecord run = await finisher.FinishOwnAsync(runId, end, exit).ConfigureAwait(false);
        _result.TrySetResult(Describe(run, word, word is { Leftovers: > 0 } ? await _left.ConfigureAwait(false) : []));
    }

    // Only a tree that was taken in is older. What follows is not read from a clock that somebody may set.
    private TimeSpan BeforeItWasWatched(RunRecord run) => _begunAt - (run.StartedAt ?? run.CreatedAt) is { Ticks: > 0 } before ? before : TimeSpan.Zero;

    private RunResult Describe(RunRecord run, EndNotice? end, IReadOnlyList<ProcessSnapshot> left) => new()
    {
        RunId = run.RunId,
        State = run.State,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
        Duration = timeProvider.GetElapsedTime(_begun) + BeforeItWasWatched(run),
        Proof = run.Proof,
        Leftovers = end?.Leftovers ?? 0,
        LeftoverProcesses = left,
        StandardOutput = output?.StandardOutput ?? string.Empty,
        StandardError = output?.StandardError ?? string.Empty,
        OutputTruncated = output?.IsTruncated ?? false,
        KillId = run.KillId,
    };
}
