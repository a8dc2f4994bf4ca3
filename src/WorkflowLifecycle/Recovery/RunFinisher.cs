using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Frees what held a run that ended by itself, and records its end; goes on with a kill that was interrupted.</summary>
internal sealed class RunFinisher(
    IProcessStore store,
    IContainmentPlatform platform,
    RunUpdater updater,
    KillRunner runner,
    EndRecords records,
    SpoolMerge spooled,
    RunCleanups cleanups,
    AuditDrafts audit,
    HostExitAudit hostExits,
    TimeProvider timeProvider,
    ILogger<RunFinisher> logger)
{
    // While the shim of a run is gone nobody tells us of its end; it is rare, so looking ten times a second is enough.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    // Only a killer whose intent came at this very moment can have it, and the store decides between us anyway.
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(5);

    private static readonly FinishedEnd Nothing = new([], new CleanupEnd([], []));

    // What was freed for an end that the store did not take yet: the next try finds nothing any more.
    private readonly ConcurrentDictionary<RunId, FinishedEnd> _freed = new();

    /// <summary>For the host that launched the run, when its holder was lost: says so at once, and waits for the end without it.</summary>
    public async Task<EndNotice> OutliveHolderAsync(RunId runId)
    {
        RunRecord run = await ReadAsync(runId).ConfigureAwait(false);
        return run.State.IsFinal
            ? new EndNotice { Proof = EndProof.None }
            : await WatchWithoutHolderAsync(await LowerStrengthAsync(run).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>For the host that launched the run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="end">The holder's word, or what was seen without it.</param>
    /// <param name="exit">How the root program exited; null when unknown.</param>
    public async Task<RunRecord> FinishOwnAsync(RunId runId, EndNotice end, ExitNotice? exit)
    {
        RunRecord run = await ReadAsync(runId).ConfigureAwait(false);
        RunRecord ended = await FinishAsync(run, end with { Exit = exit ?? end.Exit }).ConfigureAwait(false);

        // Another process may have brought it on record, and died over the rest.
        await records.DiscardAsync(ended).ConfigureAwait(false);
        return ended;
    }

    /// <summary>Brings a row to its end. Side by side with a kill or another process, once.</summary>
    public async Task<RunRecord> FinishAsync(RunRecord run, EndNotice end)
    {
        for (bool isFirst = true; !run.State.IsFinal; isFirst = false)
        {
            if (!isFirst)
            {
                // A kill that is not confirmed, or a row that others change: neither gets better by asking at once.
                await Task.Delay(LookInterval, timeProvider).ConfigureAwait(false);
            }

            if ((await spooled.MergeAsync(run.RunId).ConfigureAwait(false)).Count > 0)
            {
                // Somebody ended it while the store was away, and that is what became of it.
                run = await ReadAsync(run.RunId).ConfigureAwait(false);
                if (run.State.IsFinal)
                {
                    await records.DiscardAsync(run).ConfigureAwait(false);
                }

                continue;
            }

            if (run.KillId is { } killId && await store.FindKillAsync(killId).ConfigureAwait(false) is { IsOpen: true } kill)
            {
                await runner.ResumeAsync(run, kill).ConfigureAwait(false);
            }
            else
            {
                await FinishOnceAsync(run, end).ConfigureAwait(false);
            }

            run = await ReadAsync(run.RunId).ConfigureAwait(false);
        }

        return run;
    }

    /// <summary>Goes on with an emergency whose intent no store took, and whose killer died before the tree did.</summary>
    /// <returns>The row afterwards; null where there is no such kill.</returns>
    public async Task<RunRecord?> TakeUpAsync(RunRecord run)
    {
        if (run.KillId is not null || (await spooled.MergeAsync(run.RunId).ConfigureAwait(false)).Count == 0)
        {
            return null;
        }

        RunRecord now = await ReadAsync(run.RunId).ConfigureAwait(false);
        if (now.State.IsFinal)
        {
            await records.DiscardAsync(now).ConfigureAwait(false);
            return now;
        }

        if (now.KillId is not { } killId || await store.FindKillAsync(killId).ConfigureAwait(false) is not { IsOpen: true } kill)
        {
            return null;
        }

        await runner.ResumeAsync(now, kill).ConfigureAwait(false);
        return await ReadAsync(run.RunId).ConfigureAwait(false);
    }

    private async Task FinishOnceAsync(RunRecord run, EndNotice end)
    {
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            using IDisposable? held = await LockAsync(containment).ConfigureAwait(false);
            RunRecord now = await ReadAsync(run.RunId).ConfigureAwait(false);
            if (End(now, run, now, end, Nothing) is null)
            {
                _freed.TryRemove(run.RunId, out _);
                return;
            }

            await containment.ConnectAsync().ConfigureAwait(false);
            IReadOnlyList<JournalEntry> journal = HostExitAudit.Read(containment, end);
            FinishedEnd freed = Remember(run.RunId, new FinishedEnd(journal, await FreeAsync(now, end, containment).ConfigureAwait(false)));
            (RunRecord? ended, bool changed) = await updater.UpdateAsync(
                PersistedStep.EndRecorded, run.RunId, row => End(row, run, now, end, freed), CommitDurability.Machine, CancellationToken.None).ConfigureAwait(false);
            _freed.TryRemove(run.RunId, out _);
            if (changed)
            {
                await records.DiscardAsync(ended!).ConfigureAwait(false);
            }
        }
    }

    private Task<CleanupEnd> FreeAsync(RunRecord run, EndNotice end, IContainment containment)
    {
        RunCleanup cleanup = cleanups.OfEnd(run);
        return end.Proof == EndProof.None ? cleanup.WithholdAsync(containment, CancellationToken.None) : cleanup.CleanAsync(containment, CancellationToken.None, CancellationToken.None);
    }

    private FinishedEnd Remember(RunId runId, FinishedEnd freed) => _freed.AddOrUpdate(runId, freed, (_, before) => freed.After(before));

    private async Task<IDisposable?> LockAsync(IContainment containment)
    {
        using CancellationTokenSource limit = new(LockLimit, timeProvider);
        try
        {
            return await containment.LockAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private StoreCommit? End(RunRecord run, RunRecord seen, RunRecord cleaned, EndNotice end, FinishedEnd finished)
    {
        // A row that is being killed is the kill's, unless it was seen, as it is now, to have none that is open.
        bool isBeingKilled = run.State == RunState.Stopping || run.State == RunState.KillUnconfirmed;
        if (run.State.IsFinal || (isBeingKilled && run.Version != seen.Version))
        {
            return null;
        }

        CleanupEnd freed = finished.Freed;
        RunState state = end.Proof == EndProof.None ? RunState.EndedUnproven
            : end.Proof == EndProof.NeverStarted ? RunState.LaunchFailed
            : end.Cause is EndCause.HostExit or EndCause.Kill ? RunState.Killed : RunState.Exited;
        string actor = end.Cause == EndCause.HostExit ? HostExitAudit.Actor : run.LaunchedBy;
        return new StoreCommit
        {
            UpdateRun = run with
            {
                State = state,
                Proof = end.Proof,
                ExitCode = end.Exit is null ? run.ExitCode : end.Exit.ExitCode,
                ExitSignal = end.Exit is null ? run.ExitSignal : end.Exit.Signal,

                // Who was left is in the row already, where somebody saw them.
                Status = end.Leftovers > 0 && run.ExitCode is null && run.ExitSignal is null ? MainExits.Describe(end.Exit, end.Leftovers) : run.Status,
                EndedAt = timeProvider.GetUtcNow(),
                Failure = end.Cause == EndCause.HostExit ? "its host died"
                    : end.Proof == EndProof.NeverStarted ? "its host died before the program was started"
                    : run.Failure,
            },
            Audit =
            [
                .. hostExits.Of(run, end, finished.Journal),
                audit.Of(AuditStages.Exited, run.RunId, actor, details: Details(state, end)),
                .. audit.Cleaned(run.RunId, actor, run.KillId, freed.Receipt),
            ],
            AddDebts = [.. freed.Debts, .. CleanupDebts.OfLatecomers(run, cleaned, run.KillId, freed.Debts, timeProvider.GetUtcNow())],
            AddReceipt = new RunReceipt { RunId = run.RunId, At = timeProvider.GetUtcNow(), Cleanup = freed.Receipt },
        };
    }

    private static (string Key, string Value)[] Details(RunState state, EndNotice end) =>
    [
        ("state", state.Name),
        ("proof", end.Proof.ToString()),
        ("cause", end.Cause.ToString()),
        .. end.Leftovers > 0 ? [("leftovers", end.Leftovers.ToString(CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
    ];

    private async Task<RunRecord> LowerStrengthAsync(RunRecord run)
    {
        ContainmentStrength strength = run.Containment?.CgroupPath is null ? ContainmentStrength.BestEffort : ContainmentStrength.CgroupOnly;
        Log.HolderLost(logger, run.RunId, strength);
        (RunRecord? updated, _) = await updater.UpdateAsync(
            PersistedStep.HolderLossRecorded,
            run.RunId,
            row => row.State.IsFinal || row.Containment is null || row.Containment.Strength == strength
                ? null
                : new StoreCommit
                {
                    UpdateRun = row with { Containment = row.Containment with { Strength = strength } },
                    Events = [new RunEvent { RunId = row.RunId, Kind = EventKinds.StrengthLowered, State = row.State, At = timeProvider.GetUtcNow(), Message = strength.ToString() }],
                },
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
        return updated ?? run;
    }

    private async Task<EndNotice> WatchWithoutHolderAsync(RunRecord run)
    {
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            // A holder that was lost while the tree stood still lets go of nobody any more.
            await containment.ThawAsync().ConfigureAwait(false);
            using PeriodicTimer timer = new(LookInterval, timeProvider);
            while (IsThere(run, containment) && !(await ReadAsync(run.RunId).ConfigureAwait(false)).State.IsFinal)
            {
                await timer.WaitForNextTickAsync().ConfigureAwait(false);
            }

            return new EndNotice { Proof = containment.IsPopulated() == false ? EndProof.CgroupEmpty : EndProof.None };
        }
    }

    private bool IsThere(RunRecord run, IContainment containment) =>
        containment.IsPopulated() ?? (run.Root is { } root && platform.Look(root) is not (ProcessPresence.Gone or ProcessPresence.OtherBoot));

    private async Task<RunRecord> ReadAsync(RunId runId) =>
        await store.FindRunAsync(runId).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
}
