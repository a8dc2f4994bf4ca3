using System.Globalization;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>
/// Retries one debt. It is claimed in the store before anything is done, so that of all who want to at once, in whatever processes, one does:
/// a lock in the run directory would not do, for that is mostly gone by then.
/// </summary>
internal sealed class DebtRetrier(
    IProcessStore store, StepWriter steps, IContainmentPlatform platform, ResourceCleaners cleaners, RunCleanups cleanups, AuditDrafts audit, EventSignal signal, IRedactor redactor, TimeProvider timeProvider)
{
    private const string OtherMachine = "It is on another machine: a process there has to free it.";
    private const string Busy = "Somebody else is at it.";
    private const string Unproven = "The end of the tree was not proven, so what it may still use is not touched before the machine was restarted.";
    private const string NoRow = "The row of its run is gone: nobody can tell what it was.";

    /// <summary>Retries it.</summary>
    /// <param name="debt">As it was read.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="isAsked">Somebody asked for it: then an attempt in vain is audited too.</param>
    /// <param name="stop">Ends it: what was done is written down all the same.</param>
    public async Task<DebtRetry> RetryAsync(CleanupDebt debt, string actor, bool isAsked, CancellationToken stop)
    {
        if (debt.HostId != platform.Self.HostId)
        {
            return new DebtRetry(debt, DebtRetryOutcome.Elsewhere, OtherMachine);
        }

        if (cleaners.Find(debt.Cleaner) is not { } cleaner)
        {
            return new DebtRetry(debt, DebtRetryOutcome.NotAvailableHere, $"This process does not have the cleaner '{debt.Cleaner}': it is left to one that has.");
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        if (DebtTimes.IsClaimed(debt, now))
        {
            return new DebtRetry(debt, DebtRetryOutcome.InProgress, Busy);
        }

        RunRecord? run = await store.FindRunAsync(debt.RunId, stop).ConfigureAwait(false);
        if (run is null || !cleanups.MayClean(run))
        {
            return await WithholdAsync(debt, run is null ? NoRow : Unproven, now, stop).ConfigureAwait(false);
        }

        CleanupDebt claimed = DebtTimes.Claim(debt, cleaner.Ceiling, now);
        return await TryWriteAsync(PersistedStep.DebtClaimed, new StoreCommit { UpdateDebts = [claimed] }, stop).ConfigureAwait(false)
            ? await RetryAsync(claimed with { Version = claimed.Version + 1 }, run, actor, isAsked, stop).ConfigureAwait(false)
            : new DebtRetry(debt, DebtRetryOutcome.InProgress, Busy);
    }

    private async Task<DebtRetry> RetryAsync(CleanupDebt debt, RunRecord run, string actor, bool isAsked, CancellationToken stop)
    {
        CleanerRun cleaner = cleanups.OfDebt(run, debt)!;
        CleanerEnd end = debt.Resource is { } resource
            ? await cleaner.RetryAsync(resource, stop).ConfigureAwait(false)
            : await cleaner.RunAsync(stop).ConfigureAwait(false);
        DateTimeOffset now = timeProvider.GetUtcNow();
        string? problem = end.Left.Where(left => debt.Resource is not null || left.Resource is null).Select(left => left.Reason).FirstOrDefault();
        CleanupDebt after = DebtTimes.PutOff(debt, DebtTimes.Pause(debt.Attempts), now) with
        {
            Reason = problem ?? debt.Reason,
            SettledAt = problem is null ? now : null,
        };

        // Not by the token: what was done was done.
        bool isWritten = await TryWriteAsync(PersistedStep.DebtRetryRecorded, Outcome(debt, after, run, end, actor, isAsked, now), CancellationToken.None).ConfigureAwait(false);
        return !isWritten ? new DebtRetry(debt, DebtRetryOutcome.InProgress, Busy)
            : problem is null ? new DebtRetry(after with { Version = after.Version + 1 }, DebtRetryOutcome.Settled, null)
            : new DebtRetry(after with { Version = after.Version + 1 }, DebtRetryOutcome.Remains, problem);
    }

    private StoreCommit Outcome(CleanupDebt before, CleanupDebt after, RunRecord run, CleanerEnd end, string actor, bool isAsked, DateTimeOffset now)
    {
        bool isSettled = !after.IsOpen;
        string what = $"{after.Cleaner}: {redactor.NameOf(after)}";

        // Debts are retried for as long as it takes: what is new is told, and not each time that all is as before.
        bool isNews = isSettled || isAsked || before.Reason != after.Reason;
        return new StoreCommit
        {
            UpdateDebts = [after],
            AddDebts = after.Resource is not null
                ? []
                : [.. end.Left.Where(left => left.Resource is not null).Select(left => CleanupDebts.New(run, after.KillId, after.Cleaner, left.Resource, left.Reason, now))],
            Audit = !isSettled && !isAsked
                ? []
                : [
                    audit.Of(
                        isSettled ? AuditStages.DebtSettled : AuditStages.DebtRetried, run.RunId, actor, after.KillId, null,
                        ("debt", after.DebtId), ("cleaner", after.Cleaner), ("attempts", after.Attempts.ToString(CultureInfo.InvariantCulture))),
                ],
            Events = !isNews
                ? []
                : [
                    new RunEvent
                    {
                        RunId = run.RunId,
                        Kind = isSettled ? EventKinds.DebtSettled : EventKinds.DebtRemains,
                        State = run.State,
                        At = now,
                        Message = isSettled ? what : $"{what}: {after.Reason}",
                    },
                ],
        };
    }

    // Not an attempt. Put off all the same, or whoever looks for what is due would find it each time.
    private async Task<DebtRetry> WithholdAsync(CleanupDebt debt, string why, DateTimeOffset now, CancellationToken stop)
    {
        CleanupDebt later = DebtTimes.PutOff(debt, DebtTimes.LongestPause, now);
        bool isWritten = await TryWriteAsync(PersistedStep.DebtPutOff, new StoreCommit { UpdateDebts = [later] }, stop).ConfigureAwait(false);
        return new DebtRetry(isWritten ? later with { Version = later.Version + 1 } : debt, DebtRetryOutcome.Withheld, why);
    }

    private async Task<bool> TryWriteAsync(PersistedStep step, StoreCommit commit, CancellationToken cancellationToken)
    {
        // Lost with the machine, it is done again: a resource that is gone already is freed.
        CommitResult result = await steps.CommitAsync(step, commit, CommitDurability.Process, cancellationToken).ConfigureAwait(false);
        if (result.IsCommitted)
        {
            signal.Raise(commit);
        }

        return result.IsCommitted;
    }
}
