using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
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

    // It began to look or to work, and nobody waited for how that ends where no outcome follows.
    private bool _isUnsettled;

    public string Name => phase.Name;

    /// <summary>What it waits for at this moment.</summary>
    public IReadOnlyList<AwaitedWork> Waiting => _isOver ? [] : [.. _log.Snapshot().Where(work => !work.IsDone)];

    public PhaseReport Report => new()
    {
        Name = phase.Name,
        Stage = phase.Stage,
        Outcome = _outcome ?? (!_isUnsettled ? PhaseOutcome.NothingInFlight
            : escalation.IsCancellationRequested ? PhaseOutcome.Escalated
            : PhaseOutcome.CeilingReached),
        DurationMs = _durationMs,
        WaitedFor = _log.Snapshot(),
        Message = _message,
    };

    /// <summary>What is in flight; null when the phase did not say so in time. Empty once it was given up.</summary>
    public async Task<IReadOnlyList<InFlightWork>?> LookAsync(bool isFrozen, CancellationToken stop)
    {
        if (_isOver || stop.IsCancellationRequested)
        {
            _isUnsettled |= escalation.IsCancellationRequested;
            return [];
        }

        using KillLimit patience = new(LookLimit, timeProvider, stop);
        ForeignCall<IReadOnlyList<InFlightWork>> looking = new(told => phase.InspectAsync(context with { IsFrozen = isFrozen }, told).AsTask());
        try
        {
            IReadOnlyList<InFlightWork> work = WithoutGaps(await looking.WaitAsync(patience.Token).ConfigureAwait(false));
            _unanswered = 0;
            return work;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            return LeaveUnanswered(stop);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return [];
        }
        finally
        {
            looking.Abandon();
        }
    }

    /// <summary>Notes what a look found, and lets the phase do its work until its ceiling, counted from the beginning of its stage.</summary>
    /// <param name="found">What the look found.</param>
    /// <param name="stop">The tree is gone, or somebody asked for more.</param>
    /// <param name="over">Its stage is over, and the tree is still there.</param>
    public async Task ExecuteAsync(IReadOnlyList<InFlightWork> found, CancellationToken stop, CancellationToken over = default)
    {
        if (_isOver)
        {
            return;
        }

        _isUnsettled = true;
        Note(found);
        TimeSpan left = limit - timeProvider.GetElapsedTime(_started);
        using KillLimit ceiling = new(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, stop);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ceiling.Token, over);
        ForeignCall<bool> work = new(async told =>
        {
            await phase.ExecuteAsync(context with { Waiting = Note }, told).ConfigureAwait(false);
            return true;
        });
        try
        {
            await work.WaitAsync(end.Token).ConfigureAwait(false);
            Note([]);

            // A look that was answered too late is no work: where none was named, there was none.
            _outcome = phase.Stage == ShutdownStage.Quiesce && _log.IsEmpty ? PhaseOutcome.NothingInFlight : PhaseOutcome.Finished;
            _durationMs = Elapsed;
        }
        catch (OperationCanceledException) when (end.Token.IsCancellationRequested)
        {
            work.Abandon();
            await StopAsync(work.Work, stop, over).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private static IReadOnlyList<InFlightWork> WithoutGaps(IReadOnlyList<InFlightWork> work) => [.. work.Where(static item => item is not null)];

    private IReadOnlyList<InFlightWork>? LeaveUnanswered(CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            // Nobody knows what it would have found.
            _isUnsettled |= escalation.IsCancellationRequested;
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

    private double Elapsed => timeProvider.GetElapsedTime(_started).TotalMilliseconds;

    private async Task StopAsync(Task work, CancellationToken stop, CancellationToken over)
    {
        if (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(work, Task.Delay(StopLimit, timeProvider, stop)).ConfigureAwait(false);
        }

        if (escalation.IsCancellationRequested)
        {
            Close(PhaseOutcome.Escalated, null);
        }
        else if (stop.IsCancellationRequested)
        {
            Note([]);
            Close(PhaseOutcome.Finished, "The tree was gone first.");
        }
        else if (work.IsCompleted)
        {
            Close(PhaseOutcome.CeilingReached, over.IsCancellationRequested ? "Its stage was over first." : null);
        }
        else
        {
            Log.PhaseHangs(logger, phase.Name, context.Run.RunId);
            Close(PhaseOutcome.Failed, "It did not stop at its ceiling and was left to itself.");
        }
    }

    private void Note(IReadOnlyList<InFlightWork> work)
    {
        if (!_isOver && _log.Note(WithoutGaps(work)))
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
