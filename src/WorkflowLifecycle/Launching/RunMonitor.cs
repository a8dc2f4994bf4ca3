using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Launching;

/// <summary>Watches one run for the host that launched it: readiness, and the end.</summary>
internal sealed class RunMonitor(
    RunId runId, IHeldRun held, HostOutput? output, RunUpdater updater, RunFinisher finisher, MainExits mainExits, IRedactor redactor, TimeSpan drainLimit, TimeProvider timeProvider, ILogger logger)
{
    private const string Ready = "READY=1";
    private const string Status = "STATUS=";
    private const int LongestStatus = 500;

    private readonly TaskCompletionSource<RunResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task? _drained;
    private Task<IReadOnlyList<ProcessSnapshot>> _left = Task.FromResult<IReadOnlyList<ProcessSnapshot>>([]);

    /// <summary>Completes once the run's end is recorded.</summary>
    public Task<RunResult> Result => _result.Task;

    public void Start()
    {
        _ = Task.Run(WatchSignalsAsync);
        if (output is not null)
        {
            _ = Task.Run(WatchFirstOutputAsync);
        }

        _left = Task.Run(WatchMainExitAsync);
        _ = Task.Run(WatchEndAsync);
    }

    public async Task MarkReadyAsync(string? status, CancellationToken cancellationToken) =>
        await updater.UpdateAsync(runId, run => Advance(run, isReady: true, status), CommitDurability.Process, cancellationToken).ConfigureAwait(false);

    private StoreCommit? Advance(RunRecord run, bool isReady, string? status)
    {
        bool becomesReady = isReady && run.State == RunState.Initializing;

        // Said while a kill is under way: on record in case that kill is taken back.
        bool wasReady = isReady && run.State == RunState.Stopping && run.ReadyAt is null;
        string? text = Clean(status);
        return !becomesReady && !wasReady && (text is null || text == run.Status || run.State.IsFinal)
            ? null
            : new StoreCommit
            {
                UpdateRun = run with
                {
                    State = becomesReady ? RunState.Running : run.State,
                    ReadyAt = becomesReady || wasReady ? timeProvider.GetUtcNow() : run.ReadyAt,
                    Status = text ?? run.Status,
                },
            };
    }

    // Redacted before it is cut: half a secret is not recognized as one.
    private string? Clean(string? status) =>
        status is null ? null : redactor.RedactText(status) is var redacted && redacted.Length > LongestStatus ? redacted[..LongestStatus] : redacted;

    private async Task WatchSignalsAsync()
    {
        await foreach (HoldSignal signal in held.Signals.ConfigureAwait(false))
        {
            string[] lines = signal.Text.Split('\n');
            string? status = lines.LastOrDefault(line => line.StartsWith(Status, StringComparison.Ordinal))?[Status.Length..];
            await RecordAsync(signal.Kind == HoldSignalKind.FirstOutput || lines.Contains(Ready), status).ConfigureAwait(false);
        }
    }

    private async Task WatchFirstOutputAsync()
    {
        await output!.FirstOutput.ConfigureAwait(false);
        await RecordAsync(isReady: true, status: null).ConfigureAwait(false);
    }

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

    private async Task RecordAsync(bool isReady, string? status)
    {
        try
        {
            await updater.UpdateAsync(runId, run => Advance(run, isReady, status), CommitDurability.Process, CancellationToken.None).ConfigureAwait(false);
        }
        catch (WorkflowLifecycleException exception)
        {
            // Readiness is a sign of life, not a promise: a store that is away must not end the watching.
            Log.WatchFailed(logger, runId, exception);
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
            await held.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Without the holder's word the tree may live on for long: that it is lost is said first, and the output is only drained at the end.
    private async Task RecordEndAsync(EndNotice? word)
    {
        EndNotice end = word ?? await finisher.OutliveHolderAsync(runId).ConfigureAwait(false);
        if (output is not null)
        {
            await (_drained ??= output.FinishAsync(drainLimit, timeProvider)).ConfigureAwait(false);
        }

        ExitNotice? exit = held.Exited.IsCompletedSuccessfully ? await held.Exited.ConfigureAwait(false) : null;
        RunRecord run = await finisher.FinishOwnAsync(runId, end, exit).ConfigureAwait(false);
        _result.TrySetResult(Describe(run, word, word is { Leftovers: > 0 } ? await _left.ConfigureAwait(false) : []));
    }

    private RunResult Describe(RunRecord run, EndNotice? end, IReadOnlyList<ProcessSnapshot> left) => new()
    {
        RunId = run.RunId,
        State = run.State,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
        Duration = (run.EndedAt ?? timeProvider.GetUtcNow()) - (run.StartedAt ?? run.CreatedAt),
        Proof = run.Proof,
        Leftovers = end?.Leftovers ?? 0,
        LeftoverProcesses = left,
        StandardOutput = output?.StandardOutput ?? string.Empty,
        StandardError = output?.StandardError ?? string.Empty,
        OutputTruncated = output?.IsTruncated ?? false,
        KillId = run.KillId,
    };
}
