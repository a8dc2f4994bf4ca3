using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Shutdown;

/// <summary>One phase in one kill. Nothing that the phase does gets out of here but its line in the report.</summary>
internal sealed class PhaseRun(
    IShutdownPhase phase, ShutdownContext context, TimeSpan limit, Action onChange, TimeProvider timeProvider, ILogger logger, CancellationToken escalation)
{
    // A phase that does not answer a look is asked again, this often at most.
    private const int LooksUnanswered = 3;

    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(100);

    // What a phase that was told to stop gets for doing so before it is said to hang.
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(50);

    private readonly AwaitedWorkLog _log = new(timeProvider);
    private readonly long _started = timeProvider.GetTimestamp();
    private PhaseOutcome? _outcome;
    private string? _message;
    private double _durationMs;
    private int _unanswered;
    private bool _isOver;

    // It was given its turn, and is not waited for any longer where no outcome follows.
    private bool _isExecuting;

    public string Name => phase.Name;

    /// <summary>What it waits for at this moment.</summary>
    public IReadOnlyList<AwaitedWork> Waiting => _isOver ? [] : [.. _log.Snapshot().Where(work => !work.IsDone)];

    public PhaseReport Report => new()
    {
        Name = phase.Name,
        Stage = phase.Stage,
        Outcome = _outcome ?? (_isExecuting ? PhaseOutcome.Escalated : PhaseOutcome.NothingInFlight),
        DurationMs = _durationMs,
        WaitedFor = _log.Snapshot(),
        Message = _message,
    };

    /// <summary>What is in flight; null when the phase did not say so in time. Empty once it was given up.</summary>
    public async Task<IReadOnlyList<InFlightWork>?> LookAsync(bool isFrozen, CancellationToken stop)
    {
        if (_isOver || stop.IsCancellationRequested)
        {
            return [];
        }

        try
        {
            using KillLimit ended = new(LookLimit, timeProvider, stop);
            IReadOnlyList<InFlightWork> work = await Task.Run(() => phase.InspectAsync(context with { IsFrozen = isFrozen }, ended.Token).AsTask(), CancellationToken.None)
                .WaitAsync(LookLimit, timeProvider, stop).ConfigureAwait(false);
            _unanswered = 0;
            return work;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (stop.IsCancellationRequested)
            {
                return [];
            }

            _unanswered++;
            if (_unanswered < LooksUnanswered)
            {
                return null;
            }

            Close(PhaseOutcome.Failed, $"It did not answer {LooksUnanswered} looks within {LookLimit.TotalMilliseconds:0} ms each.");
            return [];
        }
        catch (Exception exception)
        {
            Fail(exception);
            return [];
        }
    }

    /// <summary>Notes what a look found, and lets the phase do its work until its ceiling, counted from the beginning of its stage.</summary>
    public async Task ExecuteAsync(IReadOnlyList<InFlightWork> found, CancellationToken stop)
    {
        if (_isOver)
        {
            return;
        }

        _isExecuting = true;
        Note(found);
        TimeSpan left = limit - timeProvider.GetElapsedTime(_started);
        using KillLimit ceiling = new(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, stop);
        Task work = Task.Run(() => phase.ExecuteAsync(context with { Waiting = Note }, ceiling.Token), CancellationToken.None);
        try
        {
            await work.WaitAsync(ceiling.Token).ConfigureAwait(false);
            Note([]);

            // A look that was answered too late is no work: where none was named, there was none.
            _outcome = phase.Stage == ShutdownStage.Quiesce && _log.IsEmpty ? PhaseOutcome.NothingInFlight : PhaseOutcome.Finished;
            _durationMs = Elapsed;
        }
        catch (OperationCanceledException) when (ceiling.Token.IsCancellationRequested)
        {
            await StopAsync(work, stop).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private double Elapsed => timeProvider.GetElapsedTime(_started).TotalMilliseconds;

    private async Task StopAsync(Task work, CancellationToken stop)
    {
        if (escalation.IsCancellationRequested)
        {
            Close(PhaseOutcome.Escalated, null);
        }
        else if (stop.IsCancellationRequested)
        {
            Note([]);
            Close(PhaseOutcome.Finished, "The tree was gone first.");
        }
        else if (await Task.WhenAny(work, Task.Delay(StopLimit, timeProvider, stop)).ConfigureAwait(false) == work)
        {
            Close(PhaseOutcome.CeilingReached, null);
        }
        else
        {
            Log.PhaseHangs(logger, phase.Name, context.Run.RunId);
            Close(PhaseOutcome.Failed, "It did not stop at its ceiling and was left to itself.");
        }

        // What it throws later is nobody's business any more, but must not end the host.
        _ = work.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private void Note(IReadOnlyList<InFlightWork> work)
    {
        if (!_isOver && _log.Note(work))
        {
            onChange();
        }
    }

    private void Fail(Exception exception)
    {
        Log.PhaseFailed(logger, phase.Name, context.Run.RunId, exception);
        Close(PhaseOutcome.Failed, $"{exception.GetType().Name}; its error is in the log of this host.");
    }

    private void Close(PhaseOutcome outcome, string? message)
    {
        _isOver = true;
        _outcome = outcome;
        _message = message;
        _log.Close();
        _durationMs = Elapsed;
        onChange();
    }
}
