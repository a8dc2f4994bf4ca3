namespace WorkflowLifecycle.Killing;

/// <summary>A kill under way in this process: what joins it waits for the same report.</summary>
internal sealed class KillOperation(KillRecord kill, string ground, string actor, bool isHeld = false, bool takesEvidence = false) : IDisposable
{
    private readonly TaskCompletionSource<KillReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<KillId> _intent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource? _childRunsOver = isHeld ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    private readonly CancellationTokenSource _escalation = new();

    /// <summary>The kill as it was asked for.</summary>
    public KillRecord Asked { get; } = kill;

    /// <summary>The kill as it was asked for, or the one that was found under way elsewhere.</summary>
    public KillRecord Kill { get; set; } = kill;

    /// <summary>What the intent met, once it is durable.</summary>
    public IntentOutcome Met { get; private set; }

    /// <summary>Who carries it out, where that is not who asked first.</summary>
    public string Actor { get; } = actor;

    /// <summary>On what ground it is permitted.</summary>
    public string Ground { get; } = ground;

    /// <summary>Whether who asked wants evidence. Not on record: a kill that is resumed takes none a second time.</summary>
    public bool TakesEvidence { get; } = takesEvidence;

    /// <summary>Completes when the intent is durable.</summary>
    public Task<KillId> Intent => _intent.Task;

    /// <summary>Completes with the report.</summary>
    public Task<KillReport> Report => _report.Task;

    /// <summary>The child runs that are known to be ended with it. They are kept here so that an escalation reaches them without the store.</summary>
    public IReadOnlyList<RunRecord> ChildRuns { get; set; } = [];

    /// <summary>Completes when it may begin: its child runs are fenced, or over where they come first.</summary>
    public Task ChildRunsOver => _childRunsOver?.Task ?? Task.CompletedTask;

    /// <summary>Fires when an emergency joined.</summary>
    public CancellationToken Escalation => _escalation.Token;

    public KillMode Mode => _escalation.IsCancellationRequested ? KillMode.Emergency : Kill.Mode;

    public Task EscalateAsync() => _escalation.CancelAsync();

    /// <summary>Lets it begin.</summary>
    public void Release() => _childRunsOver?.TrySetResult();

    public void IntentIsDurable(IntentOutcome met)
    {
        Met = met;
        _intent.TrySetResult(Kill.KillId);
    }

    /// <summary>Back from a kill that was joined to the one that was asked for; false when it is that one.</summary>
    public bool ReturnToAsked()
    {
        bool joined = Kill.KillId != Asked.KillId;
        Kill = Asked;
        return joined;
    }

    public void Complete(KillReport report)
    {
        _intent.TrySetResult(report.KillId);
        _report.TrySetResult(report);
    }

    public void Fail(Exception exception)
    {
        // Whoever waits sees it; observed here so that a failure nobody waits for does not end the host.
        if (_intent.TrySetException(exception))
        {
            _ = _intent.Task.Exception;
        }

        if (_report.TrySetException(exception))
        {
            _ = _report.Task.Exception;
        }
    }

    public void Dispose() => _escalation.Dispose();
}
