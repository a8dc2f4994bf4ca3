using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Settles one row: exactly one outcome, whoever else is at it.</summary>
internal sealed class RowRecovery(IProcessStore store, IContainmentPlatform platform, RunReconciler reconciler, KillResumption kills, RunReadoption readoption, TimeProvider timeProvider)
{
    private static readonly TimeSpan LeavingInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeavingLimit = TimeSpan.FromSeconds(1);

    /// <summary>Settles it.</summary>
    /// <param name="run">The row as it was read.</param>
    /// <param name="stay">What this process can take on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RecoveredRun> SettleAsync(RunRecord run, RecoveryStay stay, CancellationToken cancellationToken)
    {
        if (run.State.IsFinal || !RunStateTable.Known.Contains(run.State))
        {
            return Of(run, RecoveryOutcome.Untouched);
        }

        ProcessPresence host = platform.Look(run.Host);
        if (host is ProcessPresence.Elsewhere or ProcessPresence.Unknown)
        {
            string why = host == ProcessPresence.Unknown
                ? $"its host, process {run.Host.Pid}, cannot be looked at from here"
                : $"its host, process {run.Host.Pid}, is on another machine or in another PID namespace";
            return Of(run, RecoveryOutcome.CannotTell, why);
        }

        if (host != ProcessPresence.OtherBoot && run.KillId is { } killId
            && await store.FindKillAsync(killId, cancellationToken).ConfigureAwait(false) is { IsOpen: true } kill)
        {
            return await SettleKillAsync(run, kill, stay, cancellationToken).ConfigureAwait(false);
        }

        if (host == ProcessPresence.Present)
        {
            return Of(run, RecoveryOutcome.Untouched);
        }

        RunRecord now = await ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
        return now.State.IsFinal ? Of(now, Outcome(now.State)) : await GoOnAsync(now, stay, cancellationToken).ConfigureAwait(false);
    }

    // Of a host that died a moment ago, holders are still about to end what is not to outlive it, or to leave.
    private async Task<RunRecord> ReconcileAsync(RunRecord run, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        RunRecord now = await reconciler.ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
        while (!now.State.IsFinal && IsLeaving(now) && timeProvider.GetElapsedTime(started) < LeavingLimit)
        {
            await Task.Delay(LeavingInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            now = await reconciler.ReconcileAsync(now, cancellationToken).ConfigureAwait(false);
        }

        return now;
    }

    private static bool IsLeaving(RunRecord run) => run.OnHostExit == OnHostExit.Kill || (run.State == RunState.Launching && run.Root is null);

    private async Task<RecoveredRun> GoOnAsync(RunRecord run, RecoveryStay stay, CancellationToken cancellationToken)
    {
        if (platform.Look(run.Host) != ProcessPresence.Gone)
        {
            return Of(run, RecoveryOutcome.Untouched, "another host was faster");
        }

        if (run.OnHostExit == OnHostExit.Kill)
        {
            return await EndWithItsHostAsync(run, stay, cancellationToken).ConfigureAwait(false);
        }

        if (stay.Limit is not null || !readoption.IsOurs(run))
        {
            return Of(run, RecoveryOutcome.GoesOn, $"its host is gone, as it may; the next one that starts as {run.LaunchedBy} watches it");
        }

        return await readoption.TakeOverAsync(run, cancellationToken).ConfigureAwait(false) is { } obstacle
            ? Of(run, RecoveryOutcome.GoesOn, obstacle)
            : Of(run, RecoveryOutcome.ReAdopted);
    }

    private async Task<RecoveredRun> EndWithItsHostAsync(RunRecord run, RecoveryStay stay, CancellationToken cancellationToken)
    {
        if (run.Containment is null || await kills.FindObstacleAsync(run).ConfigureAwait(false) is not null)
        {
            return Of(run, RecoveryOutcome.CannotTell, "its host is gone, what was to end it then did not, and it cannot be ended from here");
        }

        Task<KillReport?> ending = kills.EndByStandingIntentAsync(run);
        stay.Keep(ending);
        await ((Task)ending).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Of(run, RecoveryOutcome.EndedWithItsHost);
    }

    private async Task<RecoveredRun> SettleKillAsync(RunRecord run, KillRecord kill, RecoveryStay stay, CancellationToken cancellationToken)
    {
        if (await kills.FindObstacleAsync(run).ConfigureAwait(false) is { } obstacle)
        {
            return Of(run, RecoveryOutcome.Untouched, obstacle) with { KillId = kill.KillId };
        }

        if (stay.Limit is not { } limit)
        {
            stay.Keep(kills.ResumeAsync(run, kill));
            return Of(run, RecoveryOutcome.KillResumed) with { KillId = kill.KillId };
        }

        TimeSpan grace = kills.GraceLeft(kill);
        if (grace >= limit / 2)
        {
            return Of(run, RecoveryOutcome.KillInterrupted, $"{grace.TotalSeconds:0} s of its grace are left") with { KillId = kill.KillId };
        }

        Task<KillReport?> resuming = kills.ResumeAsync(run, kill);
        stay.Keep(resuming);
        await ((Task)resuming).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        string? detail = resuming.IsCompletedSuccessfully && await resuming.ConfigureAwait(false) is { } report ? report.Outcome.ToString() : null;
        return Of(run, RecoveryOutcome.KillResumed, detail) with { KillId = kill.KillId };
    }

    private static RecoveryOutcome Outcome(RunState state) =>
        state == RunState.Lost ? RecoveryOutcome.LostOnReboot
        : state == RunState.LaunchFailed ? RecoveryOutcome.LaunchUndone
        : state == RunState.EndedUnproven ? RecoveryOutcome.Stale
        : RecoveryOutcome.FinishedMeanwhile;

    private static RecoveredRun Of(RunRecord run, RecoveryOutcome outcome, string? detail = null) => new() { RunId = run.RunId, Outcome = outcome, Detail = detail };
}
