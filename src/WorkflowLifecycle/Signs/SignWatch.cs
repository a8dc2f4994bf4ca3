using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Signs;

/// <summary>
/// Brings what one run says of itself into memory at once, where a kill that waits hears it, and on record behind that: however much is
/// said, and however slow the store is, only the latest waits to be written.
/// </summary>
internal sealed class SignWatch(RunId runId, ReadinessSource declared, RunSigns runSigns, RunUpdater updater, IRedactor redactor, TimeProvider timeProvider, ILogger logger)
{
    private static readonly NotifyMessage ReadyWord = new() { IsReady = true };

    private readonly ProgramSigns _signs = runSigns.Open(runId);
    private readonly Lock _lock = new();
    private NotifyMessage? _unwritten;
    private DateTimeOffset? _readyAt;
    private bool _isWriting;
    private bool _isStoppingTold;
    private bool _isMainPidTold;

    public void Start(IHeldRun held, HostOutput? output)
    {
        _ = Task.Run(() => WatchSignalsAsync(held));
        if (output is not null && declared == ReadinessSource.Undeclared)
        {
            _ = Task.Run(() => WatchFirstOutputAsync(output));
        }

        if (output?.Pattern is { } pattern)
        {
            _ = Task.Run(() => WatchPatternAsync(pattern));
        }
    }

    public async Task MarkReadyAsync(string? status, CancellationToken cancellationToken)
    {
        NotifyMessage word = ReadyWord with { Status = status };
        _signs.Take(word);
        await updater.UpdateAsync(PersistedStep.SignRecorded, runId, run => Commit(run, word, timeProvider.GetUtcNow(), isStoppingNews: false), CommitDurability.Process, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The run is over: its row is final, and nobody has to wait for a sign any more.</summary>
    public void Close() => runSigns.Close(runId);

    private async Task WatchSignalsAsync(IHeldRun held)
    {
        await foreach (HoldSignal signal in held.Signals.ConfigureAwait(false))
        {
            if (signal.Kind == HoldSignalKind.Notification)
            {
                Take(NotifyMessage.Parse(signal.Text));
            }
            else if (declared == ReadinessSource.Undeclared)
            {
                Take(ReadyWord);
            }
        }
    }

    private async Task WatchFirstOutputAsync(HostOutput output)
    {
        await output.FirstOutput.ConfigureAwait(false);
        Take(ReadyWord);
    }

    private async Task WatchPatternAsync(PatternWatch pattern)
    {
        if (await pattern.Seen.ConfigureAwait(false))
        {
            Take(ReadyWord);
        }
    }

    private void Take(NotifyMessage word)
    {
        _signs.Take(word);
        if (word.NamesMainPid && !_isMainPidTold)
        {
            _isMainPidTold = true;
            Log.MainPidIgnored(logger, runId);
        }

        if (word is { IsReady: false, IsStopping: false, Status: null })
        {
            return;
        }

        lock (_lock)
        {
            _readyAt ??= word.IsReady ? timeProvider.GetUtcNow() : null;
            _unwritten = _unwritten?.Then(word) ?? word;
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAsync);
            }
        }
    }

    private async Task WriteAsync()
    {
        while (TakeUnwritten() is { } word)
        {
            await StoreReturn.BeginAsync(runId, () => WriteAsync(word), timeProvider, logger).ConfigureAwait(false);
        }
    }

    private NotifyMessage? TakeUnwritten()
    {
        lock (_lock)
        {
            NotifyMessage? word = _unwritten;
            _unwritten = null;
            _isWriting = word is not null;
            return word;
        }
    }

    private async Task WriteAsync(NotifyMessage word)
    {
        DateTimeOffset readyAt = _readyAt ?? timeProvider.GetUtcNow();
        bool isStoppingNews = word.IsStopping && !_isStoppingTold;
        await updater.UpdateAsync(PersistedStep.SignRecorded, runId, run => Commit(run, word, readyAt, isStoppingNews), CommitDurability.Process, CancellationToken.None).ConfigureAwait(false);
        _isStoppingTold |= isStoppingNews;
    }

    private StoreCommit? Commit(RunRecord run, NotifyMessage word, DateTimeOffset readyAt, bool isStoppingNews)
    {
        if (run.State.IsFinal)
        {
            return null;
        }

        RunRecord next = (word.IsReady ? run.Ready(readyAt) : run).WithStatus(word.Status ?? (isStoppingNews ? RunProgress.Stopping : null), redactor);
        RunEvent[] events = isStoppingNews
            ? [new RunEvent { RunId = runId, Kind = EventKinds.Stopping, State = next.State, At = timeProvider.GetUtcNow(), Message = next.Status }]
            : [];
        return ReferenceEquals(next, run) && events.Length == 0 ? null : new StoreCommit { UpdateRun = next, Events = events };
    }
}
