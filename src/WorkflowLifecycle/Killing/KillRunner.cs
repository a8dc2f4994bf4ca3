using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Carries out kills: one per run and process at a time, the kernel's lock choosing among processes.</summary>
internal sealed class KillRunner(
    KillLedger ledger,
    StepWriter steps,
    IntentWithdrawal withdrawal,
    KillRecorder recorder,
    KillSpool spool,
    RunCleanups cleanups,
    KillRemarks remarks,
    ShutdownProcedures procedures,
    IContainmentPlatform platform,
    IRedactor redactor,
    TimeProvider timeProvider,
    ILogger<KillRunner> logger)
{
    private static readonly TimeSpan EmergencyLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan GracefulLook = TimeSpan.FromMilliseconds(200);

    // Whoever holds the lock may itself be stopped. An emergency does not wait for it: the shim takes the same order twice.
    private static readonly TimeSpan EmergencyLockLimit = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan OutcomeInterval = TimeSpan.FromMilliseconds(20);

    // Less than the time of a command that carries on what was interrupted, or none ever came past it.
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(1);

    // A graceful kill waits as long as a killer that is at work can need: this long beside its phases and the ceilings of its cleaners.
    private static readonly TimeSpan GracefulLockMargin = KillClock.Ceiling + TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RunId, KillOperation> _operations = new();

    // Kills that this process answered as unconfirmed and goes on with, until each is over.
    private readonly ConcurrentDictionary<KillId, Task> _goingOn = new();

    /// <summary>The kill of that run under way in this process; null if there is none.</summary>
    public KillOperation? Find(RunId runId) => _operations.GetValueOrDefault(runId);

    /// <summary>Starts a kill, or returns the one under way in this process.</summary>
    /// <param name="run">The run.</param>
    /// <param name="kill">The kill as it is asked for.</param>
    /// <param name="ground">On what ground it is permitted.</param>
    /// <param name="isHeld">After its intent it waits to be released, as far as its time allows: its child runs come first.</param>
    /// <param name="takesEvidence">Whether who asks wants evidence.</param>
    public (KillOperation Operation, bool Started) Start(RunRecord run, KillRecord kill, string ground, bool isHeld, bool takesEvidence) =>
        Start(run, new KillOperation(kill, ground, kill.RequestedBy, isHeld, takesEvidence));

    /// <summary>Goes on with the kill that a row has on record, and waits for its report.</summary>
    public async Task<KillReport> ResumeAsync(RunRecord run, KillRecord kill)
    {
        // What goes on here saw more of it than one that comes now and finds nobody left.
        if (_goingOn.TryGetValue(kill.KillId, out Task? going))
        {
            await going.WaitAsync(OutcomeLimit, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await ledger.FindClosedAsync(kill).ConfigureAwait(false) is { Report: { } report })
            {
                return report;
            }
        }

        (KillOperation operation, _) = Start(run, new KillOperation(kill, "resumed", "system:recovery"));
        return await operation.Report.ConfigureAwait(false);
    }

    private (KillOperation Operation, bool Started) Start(RunRecord run, KillOperation operation)
    {
        KillOperation current = _operations.GetOrAdd(run.RunId, operation);
        if (!ReferenceEquals(current, operation))
        {
            operation.Dispose();
            return (current, false);
        }

        _ = Task.Run(() => CarryOutAsync(operation, run));
        return (operation, true);
    }

    private async Task CarryOutAsync(KillOperation operation, RunRecord run)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill", run.RunId);
        try
        {
            KillReport report = run.Containment is null
                ? await EndUnstartedAsync(operation, run).ConfigureAwait(false)
                : await EndHeldAsync(operation, run).ConfigureAwait(false);
            activity?.SetTag("workflow_lifecycle.kill.outcome", report.Outcome.ToString());
            Leave(run.RunId, operation);
            operation.Complete(report);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            Log.KillInterrupted(logger, operation.Kill.KillId, run.RunId, exception);
            Leave(run.RunId, operation);
            operation.Fail(exception);
        }
    }

    private void Leave(RunId runId, KillOperation operation) =>
        _operations.TryRemove(new KeyValuePair<RunId, KillOperation>(runId, operation));

    // The row is there and nothing was started: marking it is enough, since the launch gate checks the mark before it opens.
    private async Task<KillReport> EndUnstartedAsync(KillOperation operation, RunRecord run)
    {
        (IntentOutcome intent, RunRecord now, _) = await WriteIntentAsync(operation, run, processes: 0).ConfigureAwait(false);
        if (intent == IntentOutcome.Over)
        {
            return Over(now, operation.Kill);
        }

        if (now.Containment is not null)
        {
            return await EndHeldAsync(operation, now).ConfigureAwait(false);
        }

        SayIfResumed(operation, intent);
        KillReport report = await recorder.CommitAsync(operation, now, new KillEnd(KillReports.NeverStarted(now, operation.Kill), SentKill: false, [])).ConfigureAwait(false);

        // The kill that was joined was taken back by who began it: this one stands on its own.
        return report.Outcome == KillOutcome.Denied && operation.ReturnToAsked() ? await EndUnstartedAsync(operation, now).ConfigureAwait(false) : report;
    }

    private async Task<KillReport> EndHeldAsync(KillOperation operation, RunRecord run)
    {
        IContainment? containment = platform.Open(run);
        try
        {
            long begun = timeProvider.GetTimestamp();

            // The intent says how many are there; what they are is read while the holder is reached and the store takes the intent. No
            // signal comes before all three.
            InspectionDepth depth = operation.Mode == KillMode.Emergency ? InspectionDepth.Shallow : InspectionDepth.Full;
            int count = containment.Count(depth);
            Task<HoldStatus?> connecting = containment.ConnectAsync();
            Task<(IntentOutcome Outcome, RunRecord Run, KillClock Clock)> writing = WriteIntentAsync(operation, run, count);
            ProcessListing before = await LookAsync(run.RunId, containment, depth).ConfigureAwait(false);
            using EmergencyWatch? watch = BeginWatch(operation, run, before, EmergencyLook - timeProvider.GetElapsedTime(begun));
            HoldStatus? status = await connecting.ConfigureAwait(false);
            (IntentOutcome intent, run, KillClock clock) = await writing.ConfigureAwait(false);
            if (intent == IntentOutcome.Over)
            {
                return Over(run, operation.Kill);
            }

            // Taken before child runs are waited for: whoever finds the lock free takes the executor for dead.
            Task<IDisposable?> locking = LockAsync(containment, operation, run);
            KillStep? waited = await WaitForChildRunsAsync(operation, clock).ConfigureAwait(false);
            bool isFirst = waited is null && intent is (IntentOutcome.Written or IntentOutcome.Spooled) && locking.IsCompleted;
            using IDisposable? held = await locking.ConfigureAwait(false);

            // Only a kill that others know can have been completed by one of them: it was found under way, or they held the lock or took
            // it away meanwhile; or the store did not take ours, and somebody else's was carried out before. Otherwise our own goes on
            // without asking the store again: P11.
            bool isOverAlready = intent == IntentOutcome.Spooled && containment.IsCleaned;
            KillRecord? closed = isFirst && held is not null && !isOverAlready ? null : await FindOutcomeAsync(operation.Kill, containment).ConfigureAwait(false);
            closed ??= await TakeUpAsync(operation, intent).ConfigureAwait(false);
            while (closed is { State: KillState.Denied } && operation.ReturnToAsked())
            {
                // The kill that was joined was taken back by who began it: this one stands on its own.
                (intent, run, clock) = await WriteIntentAsync(operation, run, count).ConfigureAwait(false);
                if (intent == IntentOutcome.Over)
                {
                    return Over(run, operation.Kill);
                }

                closed = await TakeUpAsync(operation, intent).ConfigureAwait(false);
            }

            if (closed?.Report is { } done)
            {
                return done;
            }

            IReadOnlyList<RunResource> seen = watch is null ? [] : await watch.FindAsync().ConfigureAwait(false);

            // What the holder said before the wait for child runs holds no more, unless it was that nobody is left.
            HoldStatus? known = waited is null || status is { IsEmpty: true } ? status : null;
            KillExecution execution = new(
                operation, run, containment, steps, before, known, intent == IntentOutcome.Joined, Budget(operation.Kill, intent, clock),
                procedures.Create(operation, run, containment), procedures.Descend(operation, run, containment, clock),
                cleanups.OfKill(run, operation.Kill.KillId, operation.Mode, before, seen, progress => remarks.Tell(operation.Kill, progress)), redactor, clock, logger);
            if (waited is not null)
            {
                execution.Follow(waited);
            }

            KillReport report = await execution.EndAsync().ConfigureAwait(false);
            watch?.Tell();
            if (intent == IntentOutcome.Written && status is { IsEmpty: false, Exit: { } exit })
            {
                report = KillReports.OfLeftovers(report, exit);
            }

            if (report.Outcome != KillOutcome.KillUnconfirmed)
            {
                return await SettleAsync(operation, run, execution, report).ConfigureAwait(false);
            }

            KillReport unconfirmed = await recorder.RecordAsync(operation, run, new KillEnd(report, execution.SentKill, []), execution.AnswerIn).ConfigureAwait(false);
            Log.KillUnconfirmed(logger, operation.Kill.KillId, run.RunId, report.Survivors.Count);
            IContainment kept = containment;
            containment = null;
            TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _goingOn[operation.Kill.KillId] = over.Task;
            RunRecord unfinished = run;
            _ = Task.Run(() => GoOnAsync(operation, unfinished, execution, kept, over));
            return unconfirmed;
        }
        finally
        {
            if (containment is not null)
            {
                await containment.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // They are ended within this kill's own time, and it is this kill that an emergency escalates: neither is waited past.
    private async Task<KillStep?> WaitForChildRunsAsync(KillOperation operation, KillClock clock)
    {
        if (operation.Mode == KillMode.Emergency)
        {
            return null;
        }

        long started = clock.Now;
        TimeSpan left = ChildRunTime.WaitedFor(procedures.Budget(operation.Kill)) - TimeSpan.FromMilliseconds(clock.SinceIntent);
        using KillLimit limit = clock.Limit(left > TimeSpan.Zero ? left : TimeSpan.Zero, operation.Escalation);
        await operation.ChildRunsOver.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        string outcome = operation.Escalation.IsCancellationRequested ? "escalated" : operation.ChildRunsOver.IsCompleted ? "done" : "ceiling reached: they go on being ended";
        return operation.ChildRuns.Count == 0 ? null : new KillStep(KillSteps.ChildRuns, clock.Since(started), $"{operation.ChildRuns.Count}: {outcome}");
    }

    // Does not throw: the intent is on its way, and a redactor that fails, or a file that cannot be read, is no reason to let the run live.
    private async Task<ProcessListing> LookAsync(RunId runId, IContainment containment, InspectionDepth depth)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Look);
        try
        {
            ProcessListing listing = depth == InspectionDepth.Shallow
                ? containment.Inspect(depth, EmergencyLook)
                : await BoundedLook.TakeAsync(containment, GracefulLook, timeProvider).ConfigureAwait(false);
            return listing with { Processes = redactor.RedactProcesses(listing.Processes) };
        }
        catch (Exception exception)
        {
            Log.LookFailed(logger, runId, exception);
            return ProcessListing.Empty with { Truncated = true };
        }
    }

    // Does not throw either: what asks watchers needs a thread for each, and a machine that a run has filled up may have none.
    private EmergencyWatch? BeginWatch(KillOperation operation, RunRecord run, ProcessListing processes, TimeSpan left)
    {
        try
        {
            return operation.Mode == KillMode.Emergency ? cleanups.BeginEmergency(run, operation.Kill.KillId, processes, left) : null;
        }
        catch (Exception exception)
        {
            Log.LookFailed(logger, run.RunId, exception);
            return null;
        }
    }

    // A kill that another process began has been running since: whoever carries it on gives no second grace.
    private GraceBudget Budget(KillRecord kill, IntentOutcome intent, KillClock clock) => intent == IntentOutcome.Joined
        ? procedures.Budget(kill).After(timeProvider.GetUtcNow() - kill.RequestedAt - TimeSpan.FromMilliseconds(clock.SinceIntent))
        : procedures.Budget(kill);

    private static KillReport Over(RunRecord run, KillRecord kill) => kill.Report ?? KillReports.AlreadyExited(run, kill);

    // The clock of the promise begins where the intent is durable, whatever else is still being read then.
    private async Task<(IntentOutcome Outcome, RunRecord Run, KillClock Clock)> WriteIntentAsync(KillOperation operation, RunRecord run, int processes)
    {
        if (operation.Kill.State != KillState.Requested)
        {
            operation.IntentIsDurable(IntentOutcome.Joined);
            return (IntentOutcome.Joined, run, new KillClock(timeProvider));
        }

        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Intent);
        try
        {
            if (run.Version == 0)
            {
                throw new StoreUnavailableException("The row of the run could not be read.");
            }

            (IntentOutcome outcome, RunRecord now, KillRecord kill) = await ledger.BeginAsync(run, operation.Kill, operation.Ground, processes).ConfigureAwait(false);
            operation.Kill = kill;
            if (outcome == IntentOutcome.Written)
            {
                Log.KillIntent(logger, kill.KillId, run.RunId, kill.Mode, kill.RequestedBy, kill.Reason);
            }

            operation.IntentIsDurable(outcome);
            return (outcome, now, new KillClock(timeProvider));
        }
        catch (StoreUnavailableException exception)
        {
            try
            {
                Spool(operation, run, processes, exception);
            }
            catch (StoreUnavailableException refusal)
            {
                withdrawal.Begin(run, operation.Kill, operation.Ground, refusal.Message);
                throw;
            }

            operation.IntentIsDurable(IntentOutcome.Spooled);
            return (IntentOutcome.Spooled, run, new KillClock(timeProvider));
        }
    }

    // P5: no signal without a record, and no emergency that waits for a store.
    private void Spool(KillOperation operation, RunRecord run, int processes, StoreUnavailableException exception)
    {
        if (operation.Mode != KillMode.Emergency || run.Containment is null)
        {
            throw exception;
        }

        spool.WriteIntent(run, operation.Kill, operation.Ground, processes);
        Log.KillIntent(logger, operation.Kill.KillId, run.RunId, operation.Mode, operation.Kill.RequestedBy, operation.Kill.Reason);
    }

    // An intent that came on record after its refusal is taken back by who was refused, maybe at this moment: the store decides between the two,
    // before anything is signalled. An emergency does not wait for that, and stands on its own.
    private async Task<KillRecord?> TakeUpAsync(KillOperation operation, IntentOutcome intent)
    {
        if (intent != IntentOutcome.Joined || operation.Kill is not { State: KillState.IntentWritten, Version: 1, Mode: KillMode.Graceful })
        {
            SayIfResumed(operation, intent);
            return null;
        }

        try
        {
            return await ledger.TakeUpAsync(operation.Kill, operation.Actor, isInHurry: operation.Mode == KillMode.Emergency).ConfigureAwait(false);
        }
        catch (StoreUnavailableException) when (operation.Mode == KillMode.Emergency && operation.Kill.KillId != operation.Asked.KillId)
        {
            return operation.Kill with { State = KillState.Denied };
        }
    }

    private void SayIfResumed(KillOperation operation, IntentOutcome intent)
    {
        if (intent == IntentOutcome.Joined && !_goingOn.ContainsKey(operation.Kill.KillId))
        {
            WriteBehind(operation.Kill, kill => ledger.RecordResumedAsync(kill, operation.Actor));
        }
    }

    // What is cleaned was cleaned by one who had the proof, a moment before the outcome is committed. It is waited for: we ourselves
    // would find nothing, and prove nothing.
    private async Task<KillRecord?> FindOutcomeAsync(KillRecord kill, IContainment containment)
    {
        using PeriodicTimer timer = new(OutcomeInterval, timeProvider);
        long started = timeProvider.GetTimestamp();
        while (true)
        {
            if (await ledger.FindClosedAsync(kill).ConfigureAwait(false) is { } closed)
            {
                return closed;
            }

            if (!containment.IsCleaned || timeProvider.GetElapsedTime(started) >= OutcomeLimit)
            {
                return null;
            }

            await timer.WaitForNextTickAsync().ConfigureAwait(false);
        }
    }

    private async Task<IDisposable?> LockAsync(IContainment containment, KillOperation operation, RunRecord run)
    {
        // An escalation ends the wait of a weaker kill, and an emergency has its own.
        bool isEmergency = operation.Mode == KillMode.Emergency;
        using KillLimit limit = new(
            isEmergency ? EmergencyLockLimit : procedures.LongestGrace(operation.Kill) + cleanups.LongestCeiling(run) + GracefulLockMargin,
            timeProvider,
            isEmergency ? CancellationToken.None : operation.Escalation);
        try
        {
            return await containment.LockAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<KillReport> SettleAsync(KillOperation operation, RunRecord run, KillExecution execution, KillReport report)
    {
        KillEnd end = await execution.CleanAsync(report).ConfigureAwait(false);
        KillReport final = await recorder.RecordAsync(operation, run, end, execution.AnswerIn).ConfigureAwait(false);
        Log.KillCompleted(logger, final.KillId, final.RunId, final.Outcome, final.Proof, final.DurationMs);
        return final;
    }

    // The answer "unconfirmed" was given; the kill goes on until there is another.
    private async Task GoOnAsync(KillOperation operation, RunRecord run, KillExecution execution, IContainment containment, TaskCompletionSource over)
    {
        try
        {
            KillReport report = await execution.WaitLongerAsync().ConfigureAwait(false);
            using IDisposable? held = await LockAsync(containment, operation, run).ConfigureAwait(false);
            if (await FindOutcomeAsync(operation.Kill, containment).ConfigureAwait(false) is not null)
            {
                return;
            }

            await SettleAsync(operation, run, execution, report).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.KillInterrupted(logger, operation.Kill.KillId, operation.Kill.RunId, exception);
        }
        finally
        {
            _goingOn.TryRemove(new KeyValuePair<KillId, Task>(operation.Kill.KillId, over.Task));
            over.SetResult();
            await containment.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void WriteBehind(KillRecord kill, Func<KillRecord, Task> write) => _ = StoreReturn.BeginAsync(kill.RunId, () => write(kill), timeProvider, logger);
}
