using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>The procedure of one kill, from the look to the receipt. Nothing here decides who may; the intent is durable before it signals.</summary>
internal sealed class KillExecution(
    KillOperation operation,
    RunRecord run,
    IContainment containment,
    StepWriter steps,
    ProcessListing before,
    HoldStatus? status,
    bool isResumed,
    GraceBudget budget,
    ShutdownProcedure shutdown,
    LadderDescent descent,
    RunCleanup cleanup,
    IRedactor redactor,
    KillClock clock,
    ILogger logger)
{
    private static readonly TimeSpan SurvivorLimit = TimeSpan.FromMilliseconds(100);

    private const int ProcessesNamed = 20;

    // An emergency runs what belongs before and after it beside it, and waits this long for it at the end.
    private static readonly TimeSpan BesideLimit = TimeSpan.FromMilliseconds(250);

    // What cleaners may look for before the first signal; it runs beside the quiesce stage, so mostly nobody waits for it.
    private static readonly TimeSpan CleanupLookLimit = TimeSpan.FromSeconds(1);

    private readonly bool _wasEmpty = status?.IsEmpty == true;

    // Still at the gate: there is nobody to be polite to, and waiting would only let the launch go on.
    private readonly bool _hasNotStarted = status is { IsEmpty: false, RootPid: 0 };
    private readonly List<KillStep> _steps = [];
    private EndNotice? _end;
    private bool _proven;

    private bool _askedForKill;
    private PhaseReport? _terminated;
    private Task _beside = Task.CompletedTask;

    // Since when it is in a hurry, and what of its five seconds was over then.
    private (long At, TimeSpan Spent)? _hurry;
    private bool _isAnswered;

    /// <summary>How long the answer may wait for the store; null where nobody is in a hurry.</summary>
    public TimeSpan? AnswerIn => _hurry is null ? null : AnswerTime.LeftForCommit(Spent);

    /// <summary>True once SIGKILL was asked for, by this execution or by another that went ahead of it.</summary>
    public bool SentKill => _askedForKill || _end is { ForcedKills: > 0 };

    /// <summary>Puts a step on record that came before.</summary>
    public void Follow(KillStep step) => _steps.Add(step);

    /// <summary>Ends the tree.</summary>
    /// <returns>The report, without the receipt of the cleaning.</returns>
    public async Task<KillReport> EndAsync()
    {
        HurryIfAsked(operation.Kill.Mode == KillMode.Emergency ? SinceIntent : TimeSpan.Zero);
        if (!_wasEmpty && !_hasNotStarted)
        {
            await PrepareOrGoOnAsync().ConfigureAwait(false);
        }

        if (!_proven)
        {
            await KillAsync().ConfigureAwait(false);
        }

        await shutdown.Evidence.WrittenAsync(_steps).ConfigureAwait(false);
        return await ReportAsync().ConfigureAwait(false);
    }

    /// <summary>Frees what the run had, but for the records of the end; only after the proof.</summary>
    public async Task<KillEnd> CleanAsync(KillReport report)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Clean);
        long started = clock.Now;
        HurryIfAsked();
        Task after = RunStageAsync(ShutdownStage.After, operation.Mode == KillMode.Emergency ? BesideLimit : budget.Total, CancellationToken.None);
        (IReadOnlyList<CleanupResult> receipt, IReadOnlyList<CleanupDebt> debts) = await FreeAsync(report.Proof != EndProof.None).ConfigureAwait(false);
        _steps.Add(new KillStep(KillSteps.Clean, clock.Since(started), debts.Count == 0 ? "ok" : $"{debts.Count} not freed"));
        await WaitBesideAsync(Task.WhenAll(after, _beside)).ConfigureAwait(false);
        return new KillEnd(report with { Cleanup = receipt, Phases = Phases, Steps = [.. _steps], DurationMs = clock.SinceIntent }, SentKill, debts);
    }

    /// <summary>The end of an unconfirmed kill, whenever it comes.</summary>
    public async Task<KillReport> WaitLongerAsync()
    {
        // Nobody waits for an answer any more: what follows has the time that it needs.
        (_isAnswered, _hurry) = (true, null);
        _end = await containment.WaitForEndAsync().ConfigureAwait(false);
        _proven = true;
        return await ReportAsync().ConfigureAwait(false);
    }

    // An emergency answers in its five seconds; a graceful kill waits for its cleaners, each of which has its ceiling, until an emergency joins.
    private async Task<CleanupEnd> FreeAsync(bool isProven)
    {
        using AnswerTime time = new(clock);
        if (_hurry is not null)
        {
            time.Begin(Spent);
        }

        Task<CleanupEnd> freeing = isProven ? cleanup.CleanAsync(containment, time.Cleaning, time.Freeing) : cleanup.WithholdAsync(containment, time.Freeing);
        if (_hurry is null)
        {
            // Who was answered waits for nothing any more.
            await ((Task)freeing).WaitAsync(_isAnswered ? CancellationToken.None : operation.Escalation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!freeing.IsCompleted)
            {
                HurryIfAsked();
                time.Begin(Spent);
            }
        }

        return await freeing.ConfigureAwait(false);
    }

    // An emergency has its five seconds from the intent; one that joins a weaker kill begins them.
    private void HurryIfAsked(TimeSpan spent = default)
    {
        if (operation.Mode == KillMode.Emergency && !_isAnswered)
        {
            _hurry ??= (clock.Now, spent);
        }
    }

    private TimeSpan Spent => _hurry is { } hurry ? hurry.Spent + TimeSpan.FromMilliseconds(clock.Since(hurry.At)) : TimeSpan.Zero;

    // An emergency that comes meanwhile is one from then on.
    private async Task WaitBesideAsync(Task stages)
    {
        if (operation.Mode != KillMode.Emergency)
        {
            await stages.WaitAsync(operation.Escalation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!stages.IsCompleted)
        {
            HurryIfAsked();
            TimeSpan left = _hurry is null ? BesideLimit : AnswerTime.Left(Spent);
            await Task.WhenAny(stages, clock.Delay(left < BesideLimit ? left : BesideLimit, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    // Whatever goes wrong in being polite, the intent is on record and the run is to end.
    private async Task PrepareOrGoOnAsync()
    {
        long started = clock.Now;
        try
        {
            await PrepareAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.PoliteStepsFailed(logger, operation.Kill.KillId, run.RunId, exception);
            _steps.Add(new KillStep(KillSteps.Terminate, clock.Since(started), $"failed ({exception.GetType().Name})"));
        }
    }

    private async Task PrepareAsync()
    {
        if (operation.Mode == KillMode.Emergency)
        {
            _beside = RunStageAsync(ShutdownStage.Before, BesideLimit, CancellationToken.None);
            return;
        }

        shutdown.Evidence.Begin(Left(budget.Quiesce));

        // What belongs before it is done to its end also when the tree is gone meanwhile; an escalation only no longer waits for it.
        _beside = RunStageAsync(ShutdownStage.Before, Left(budget.Quiesce), CancellationToken.None);
        await _beside.WaitAsync(operation.Escalation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Nothing else is waited for once the tree is gone, or somebody asked for more.
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(operation.Escalation);
        Task<EndNotice?> watching = WatchEndAsync(stop);
        Task looking = LookForResourcesAsync(stop.Token);
        try
        {
            await QuiesceAsync(stop.Token).ConfigureAwait(false);
            await shutdown.Evidence.TakenAsync(_steps, stop.Token).ConfigureAwait(false);
            await looking.ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
            {
                await TerminateAsync(stop.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);

            // Whatever went wrong beside it: the cleaning goes on with what it notes.
            await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            EndNotice? watched = await watching.ConfigureAwait(false);
            _end = descent.End ?? watched;
            _proven = _end is not null;
        }
    }

    // Only while they live can processes be asked for what they hold.
    private async Task LookForResourcesAsync(CancellationToken stop)
    {
        if (cleanup.HasCleaners && !stop.IsCancellationRequested)
        {
            using KillLimit limit = clock.Limit(CleanupLookLimit, stop);
            await cleanup.LookAsync(limit.Token).ConfigureAwait(false);
        }
    }

    // Ends with the end of the tree, when its holder tells of it, or with the token.
    private async Task<EndNotice?> WatchEndAsync(CancellationTokenSource stop)
    {
        try
        {
            EndNotice? end = await containment.WatchEndAsync(stop.Token).ConfigureAwait(false);
            if (end is not null)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }

            return end;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private Task RunStageAsync(ShutdownStage stage, TimeSpan limit, CancellationToken stop, CancellationToken over = default) =>
        shutdown.Has(stage) ? shutdown.RunStageAsync(stage, limit, stop, over) : Task.CompletedTask;

    private async Task QuiesceAsync(CancellationToken stop)
    {
        if (!shutdown.Has(ShutdownStage.Quiesce) || stop.IsCancellationRequested)
        {
            return;
        }

        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Quiesce);
        long started = clock.Now;
        string outcome = await shutdown.QuiesceAsync(Left(budget.Quiesce), stop).ConfigureAwait(false);
        _steps.Add(new KillStep(KillSteps.Quiesce, clock.Since(started), outcome));
    }

    private async Task TerminateAsync(CancellationToken stop)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Terminate);
        long started = clock.Now;
        (int? signalled, bool stoodStill) = await shutdown.TerminateAtSafePointAsync(
            () => descent.BeginAsync(budget.TerminateAfter(SinceIntent)), stop).ConfigureAwait(false);
        if (signalled is null)
        {
            return;
        }

        _steps.Add(new KillStep(
            KillSteps.SafePoint, clock.Since(started), stoodStill ? "the tree stood still" : "the tree could not be made to stand still: a look alone"));
        started = clock.Now;
        TimeSpan left = budget.TerminateAfter(SinceIntent);
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using CancellationTokenSource over = new();
        Task phases = RunStageAsync(ShutdownStage.Terminate, left, gone.Token, over.Token);
        string outcome = await descent.FinishAsync(left, Left(budget.Total), operation.Escalation).ConfigureAwait(false);
        await (outcome == LadderDescent.AllLeft ? gone : over).CancelAsync().ConfigureAwait(false);
        await phases.ConfigureAwait(false);
        _steps.Add(new KillStep(KillSteps.Terminate, clock.Since(started), $"{descent.Done}: {outcome}"));
        _terminated = await TerminatePhaseAsync(clock.Since(started), outcome).ConfigureAwait(false);
    }

    // To the report it is a phase like the others.
    private async Task<PhaseReport> TerminatePhaseAsync(double durationMs, string outcome) => new()
    {
        Name = KillSteps.Terminate,
        Stage = ShutdownStage.Terminate,
        Outcome = outcome == LadderDescent.Escalated ? PhaseOutcome.Escalated
            : outcome == LadderDescent.CeilingReached ? PhaseOutcome.CeilingReached
            : descent.IsExtended ? PhaseOutcome.Extended
            : PhaseOutcome.Finished,
        DurationMs = durationMs,
        WaitedFor = outcome == LadderDescent.CeilingReached
            ? [.. (await RemainingAsync().ConfigureAwait(false)).Take(ProcessesNamed).Select(process => new AwaitedWork(process.CommandLine ?? process.Name, process.Pid, durationMs, IsDone: false))]
            : [],
    };

    // Does not throw: who is left is for people to read, and the report of the kill does not depend on it.
    private async Task<IReadOnlyList<ProcessSnapshot>> RemainingAsync()
    {
        try
        {
            return redactor.RedactProcesses((await BoundedLook.TakeAsync(containment, SurvivorLimit, clock.Time).ConfigureAwait(false)).Processes);
        }
        catch (Exception exception)
        {
            Log.LookFailed(logger, run.RunId, exception);
            return [];
        }
    }

    private IReadOnlyList<PhaseReport> Phases => _terminated is null ? shutdown.Reports : [.. shutdown.Reports, _terminated];

    private TimeSpan SinceIntent => TimeSpan.FromMilliseconds(clock.SinceIntent);

    private TimeSpan Left(TimeSpan limit) => limit > SinceIntent ? limit - SinceIntent : TimeSpan.Zero;

    private async Task KillAsync()
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Kill);
        long started = clock.Now;
        HurryIfAsked();
        _askedForKill = !_wasEmpty;

        // An emergency has its five seconds from the intent; after a terminate step they begin here.
        TimeSpan remaining = _steps.Count > 0 ? KillClock.Ceiling : KillClock.Ceiling - TimeSpan.FromMilliseconds(clock.SinceIntent);
        using KillLimit limit = clock.Limit(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, CancellationToken.None);
        try
        {
            await steps.TakeAsync(PersistedStep.EndOrdered, () => containment.EndAsync(operation.Kill.KillId, limit.Token)).ConfigureAwait(false);
            _steps.Add(new KillStep(KillSteps.Kill, clock.Since(started), "ok"));
            started = clock.Now;
            _end = await steps.TakeAsync(PersistedStep.EndProven, () => containment.WaitForEndAsync(limit.Token)).ConfigureAwait(false);
            _proven = true;
            _steps.Add(new KillStep(KillSteps.Prove, clock.Since(started), _end?.Proof.ToString() ?? "nothing found, nothing proven"));
        }
        catch (OperationCanceledException)
        {
            _steps.Add(new KillStep(KillSteps.Prove, clock.Since(started), "ceiling reached"));
        }
    }

    private async Task<KillReport> ReportAsync()
    {
        KillOutcome outcome = !_proven ? KillOutcome.KillUnconfirmed
            : _end is null or { Proof: EndProof.None } ? KillOutcome.EndedUnproven
            : _wasEmpty && !(isResumed && _end is { Cause: EndCause.Kill }) ? KillOutcome.AlreadyExited
            : !SentKill ? KillOutcome.ExitedGracefully
            : KillOutcome.Killed;
        return new KillReport
        {
            RunId = run.RunId,
            KillId = operation.Kill.KillId,
            Outcome = outcome,
            Mode = operation.Mode,
            Strength = containment.Strength,
            Proof = outcome == KillOutcome.KillUnconfirmed ? EndProof.None : _end?.Proof ?? EndProof.None,
            Reason = operation.Kill.Reason,
            RequestedBy = operation.Kill.RequestedBy,
            DurationMs = clock.SinceIntent,
            Steps = [.. _steps],
            Phases = Phases,
            ProcessesBefore = before.Processes,
            ProcessesTruncated = before.Truncated,
            Survivors = _proven ? [] : await RemainingAsync().ConfigureAwait(false),
            OpenExits = run.Containment?.OpenExits ?? [],
            ExitCode = _end?.Exit?.ExitCode,
            ExitSignal = _end?.Exit?.Signal,
            Message = Explain(outcome),
        };
    }

    private string? Explain(KillOutcome outcome) => outcome switch
    {
        KillOutcome.KillUnconfirmed => "The ceiling passed and processes are still there; the kill goes on. A process in state D waits for the kernel: free what it waits on.",
        KillOutcome.EndedUnproven => "Nothing of the run is known to be left, but what held it is gone, so nothing proves it. Look for strays.",
        _ when containment.Strength < run.Containment?.Strength => $"The run's holder did not answer: the strength was lowered to {containment.Strength}.",
        _ when _end is { Walkers: > 0 } => $"{_end.Walkers} processes had left the cgroup and were ended all the same.",
        _ => null,
    };
}
