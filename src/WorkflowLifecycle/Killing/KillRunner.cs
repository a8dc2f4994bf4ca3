using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>Carries out kills: one per run and process at a time, the kernel's lock choosing among processes.</summary>
internal sealed class KillRunner(
    KillLedger ledger, IContainmentPlatform platform, IRedactor redactor, LifecycleTelemetry telemetry, TimeProvider timeProvider, ILogger<KillRunner> logger)
{
    private static readonly TimeSpan EmergencyLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan GracefulLook = TimeSpan.FromMilliseconds(200);

    // Whoever holds the lock may itself be stopped. An emergency does not wait for it: the shim takes the same order twice.
    private static readonly TimeSpan EmergencyLockLimit = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan OutcomeInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(2);

    // A graceful kill waits as long as a killer that is at work can need, cleaning included.
    private static readonly TimeSpan GracefulLockMargin = KillClock.Ceiling + TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<RunId, KillOperation> _operations = new();

    /// <summary>The kill of that run under way in this process; null if there is none.</summary>
    public KillOperation? Find(RunId runId) => _operations.GetValueOrDefault(runId);

    /// <summary>Starts a kill, or returns the one under way in this process.</summary>
    public (KillOperation Operation, bool Started) Start(RunRecord run, KillRecord kill, string ground)
    {
        KillOperation operation = new(kill, ground);
        KillOperation current = _operations.GetOrAdd(run.RunId, operation);
        if (!ReferenceEquals(current, operation))
        {
            operation.Dispose();
            return (current, false);
        }

        _ = Task.Run(() => CarryOutAsync(operation, run));
        return (operation, true);
    }

    /// <summary>Goes on with the kill that a row has on record, and waits for its report.</summary>
    public async Task<KillReport> ResumeAsync(RunRecord run, KillRecord kill)
    {
        (KillOperation operation, _) = Start(run, kill, "resumed");
        return await operation.Report.ConfigureAwait(false);
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
            telemetry.Killed(report);
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
        (IntentOutcome intent, RunRecord now) = await WriteIntentAsync(operation, run, processes: 0).ConfigureAwait(false);
        if (intent == IntentOutcome.Over)
        {
            return Over(now, operation.Kill);
        }

        if (now.Containment is not null)
        {
            return await EndHeldAsync(operation, now).ConfigureAwait(false);
        }

        KillReport report = KillReports.NeverStarted(now, operation.Kill);
        return await ledger.CompleteAsync(operation.Kill, operation.Ground, report, row => Finish(row, report), sentKill: false).ConfigureAwait(false);
    }

    private async Task<KillReport> EndHeldAsync(KillOperation operation, RunRecord run)
    {
        IContainment? containment = platform.Open(run);
        try
        {
            await containment.ConnectAsync().ConfigureAwait(false);
            HoldStatus? status = await containment.StatusAsync().ConfigureAwait(false);
            bool emergency = operation.Mode == KillMode.Emergency;
            ProcessListing before = containment.Inspect(
                emergency ? InspectionDepth.Shallow : InspectionDepth.Full, emergency ? EmergencyLook : GracefulLook);
            before = before with { Processes = redactor.RedactProcesses(before.Processes) };
            (IntentOutcome intent, run) = await WriteIntentAsync(operation, run, before.Processes.Count).ConfigureAwait(false);
            if (intent == IntentOutcome.Over)
            {
                return Over(run, operation.Kill);
            }

            KillClock clock = new(timeProvider);
            Task<IDisposable?> locking = LockAsync(containment, operation);
            bool isFirst = intent == IntentOutcome.Written && locking.IsCompleted;
            using IDisposable? held = await locking.ConfigureAwait(false);

            // Only a kill that others know can have been completed by one of them: it was found under way, or they held the lock or took
            // it away meanwhile. Otherwise our own goes on without asking the store again: P11.
            if ((!isFirst || held is null) && await FindOutcomeAsync(operation.Kill.KillId, containment).ConfigureAwait(false) is { } done)
            {
                return done;
            }

            KillExecution execution = new(operation, run, containment, before, status, redactor, clock);
            KillReport report = await execution.EndAsync(signalled => WriteBehind(operation.Kill, signalled)).ConfigureAwait(false);
            if (report.Outcome != KillOutcome.KillUnconfirmed)
            {
                return await SettleAsync(operation, execution, report).ConfigureAwait(false);
            }

            KillReport unconfirmed = await RecordAsync(operation, execution, report).ConfigureAwait(false);
            Log.KillUnconfirmed(logger, operation.Kill.KillId, run.RunId, report.Survivors.Count);
            IContainment kept = containment;
            containment = null;
            _ = Task.Run(() => GoOnAsync(operation, execution, kept));
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

    private static KillReport Over(RunRecord run, KillRecord kill) => kill.Report ?? KillReports.AlreadyExited(run, kill);

    private async Task<(IntentOutcome Outcome, RunRecord Run)> WriteIntentAsync(KillOperation operation, RunRecord run, int processes)
    {
        if (operation.Kill.State != KillState.Requested)
        {
            operation.IntentIsDurable();
            return (IntentOutcome.Joined, run);
        }

        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Intent);
        try
        {
            (IntentOutcome outcome, RunRecord now, KillRecord kill) = await ledger.BeginAsync(run, operation.Kill, operation.Ground, processes).ConfigureAwait(false);
            operation.Kill = kill;
            if (outcome == IntentOutcome.Written)
            {
                Log.KillIntent(logger, kill.KillId, run.RunId, kill.Mode, kill.RequestedBy, kill.Reason);
            }

            operation.IntentIsDurable();
            return (outcome, now);
        }
        catch (StoreUnavailableException) when (operation.Mode == KillMode.Emergency && run.Containment is not null)
        {
            // P5: no signal without a record, and no emergency that waits for a store.
            IntentSpool.Write(run, operation.Kill);
            Log.KillIntent(logger, operation.Kill.KillId, run.RunId, operation.Mode, operation.Kill.RequestedBy, operation.Kill.Reason);
            operation.IntentIsDurable();
            return (IntentOutcome.Written, run);
        }
    }

    // What is cleaned was cleaned by one who had the proof, a moment before the outcome is committed. It is waited for: we ourselves
    // would find nothing, and prove nothing.
    private async Task<KillReport?> FindOutcomeAsync(KillId killId, IContainment containment)
    {
        using PeriodicTimer timer = new(OutcomeInterval, timeProvider);
        long started = timeProvider.GetTimestamp();
        while (true)
        {
            if (await ledger.FindDoneAsync(killId).ConfigureAwait(false) is { } done)
            {
                return done;
            }

            if (!containment.IsCleaned || timeProvider.GetElapsedTime(started) > OutcomeLimit)
            {
                return null;
            }

            await timer.WaitForNextTickAsync().ConfigureAwait(false);
        }
    }

    private async Task<IDisposable?> LockAsync(IContainment containment, KillOperation operation)
    {
        // An escalation ends the wait of a weaker kill, and an emergency has its own.
        bool isEmergency = operation.Mode == KillMode.Emergency;
        using KillLimit limit = new(
            isEmergency ? EmergencyLockLimit : operation.Kill.TerminateCeiling + GracefulLockMargin,
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

    private async Task<KillReport> SettleAsync(KillOperation operation, KillExecution execution, KillReport report)
    {
        KillReport cleaned = await execution.CleanAsync(report).ConfigureAwait(false);
        KillReport final = await RecordAsync(operation, execution, cleaned).ConfigureAwait(false);
        Log.KillCompleted(logger, final.KillId, final.RunId, final.Outcome, final.Proof, final.DurationMs);
        return final;
    }

    private async Task<KillReport> RecordAsync(KillOperation operation, KillExecution execution, KillReport report)
    {
        try
        {
            return await ledger.CompleteAsync(operation.Kill, operation.Ground, report, row => Finish(row, report), execution.SentKill).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            // What was done was done, and the caller must know it; the row follows when the store is back.
            Log.KillNotRecorded(logger, operation.Kill.KillId, operation.Kill.RunId, exception);
            _ = Task.Run(() => StoreReturn.WriteAsync(
                operation.Kill.RunId,
                () => ledger.CompleteAsync(operation.Kill, operation.Ground, report, row => Finish(row, report), execution.SentKill),
                timeProvider,
                logger));
            return report with { Message = $"The outcome of the kill is not on record: {exception.Message}" };
        }
    }

    // The answer "unconfirmed" was given; the kill goes on until there is another.
    private async Task GoOnAsync(KillOperation operation, KillExecution execution, IContainment containment)
    {
        try
        {
            KillReport report = await execution.WaitLongerAsync().ConfigureAwait(false);
            using IDisposable? held = await LockAsync(containment, operation).ConfigureAwait(false);
            if (await FindOutcomeAsync(operation.Kill.KillId, containment).ConfigureAwait(false) is not null)
            {
                return;
            }

            await SettleAsync(operation, execution, report).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.KillInterrupted(logger, operation.Kill.KillId, operation.Kill.RunId, exception);
        }
        finally
        {
            await containment.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void WriteBehind(KillRecord kill, int signalled) => _ = Task.Run(async () =>
    {
        try
        {
            await ledger.RecordTerminateAsync(kill, signalled).ConfigureAwait(false);
        }
        catch (StoreUnavailableException exception)
        {
            Log.KillInterrupted(logger, kill.KillId, kill.RunId, exception);
        }
    });

    private RunRecord Finish(RunRecord row, KillReport report) => row with
    {
        State = report.Outcome switch
        {
            KillOutcome.Killed => RunState.Killed,
            KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited => RunState.Exited,
            KillOutcome.EndedUnproven => RunState.EndedUnproven,
            _ => RunState.KillUnconfirmed,
        },
        KillId = report.KillId,
        Proof = report.Proof,
        ExitCode = report.ExitCode ?? row.ExitCode,
        ExitSignal = report.ExitSignal ?? row.ExitSignal,
        EndedAt = report.Outcome == KillOutcome.KillUnconfirmed ? null : timeProvider.GetUtcNow(),
        Failure = report.Outcome is KillOutcome.KillUnconfirmed or KillOutcome.EndedUnproven ? report.Message : row.Failure,
    };
}
