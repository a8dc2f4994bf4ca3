using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Carries on kills whose executor died: nobody has to ask again.</summary>
internal sealed class KillResumption(
    IProcessStore store,
    IContainmentPlatform platform,
    KillRunner runner,
    ChildRuns childRuns,
    ShutdownProcedures procedures,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<KillResumption> logger)
{
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(1);

    /// <summary>Whether nobody carries it out, as far as can be told from here.</summary>
    /// <returns>Null when it is so; else what keeps us from it.</returns>
    public async Task<string?> FindObstacleAsync(RunRecord run)
    {
        if (runner.Find(run.RunId) is not null)
        {
            return "this process carries it out";
        }

        if (run.Containment is not { } held)
        {
            return null;
        }

        if (platform.FindOwnInside(held) is { } inside)
        {
            return $"process {inside} of the run is this one, or one above it: a run is not ended from inside";
        }

        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            try
            {
                using IDisposable? free = await containment.LockAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
                return null;
            }
            catch (OperationCanceledException)
            {
                return "another process carries it out";
            }
        }
    }

    /// <summary>How long it may still take before it sends SIGKILL.</summary>
    public TimeSpan GraceLeft(KillRecord kill) => kill.Mode == KillMode.Emergency ? TimeSpan.Zero : BudgetLeft(kill).Total;

    /// <summary>Carries it on, under its own id, with the child runs that it had not come to. Does not throw.</summary>
    /// <returns>Its report; null when it could not be carried on, and the log says why.</returns>
    public async Task<KillReport?> ResumeAsync(RunRecord run, KillRecord kill)
    {
        Log.KillTakenUp(logger, kill.KillId, run.RunId, kill.Mode, kill.RequestedBy, GraceLeft(kill).TotalSeconds);
        while (true)
        {
            try
            {
                return await CarryOnAsync(run, kill).ConfigureAwait(false);
            }
            catch (StoreUnavailableException exception)
            {
                // Nobody else would, as long as this process lives.
                Log.KillInterrupted(logger, kill.KillId, run.RunId, exception);
                await Task.Delay(StoreInterval, timeProvider).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.KillInterrupted(logger, kill.KillId, run.RunId, exception);
                return null;
            }
        }
    }

    /// <summary>Ends a run that was not to outlive its host, and did: whatever was to end it is gone as well. On the intent of its launch.</summary>
    public async Task<KillReport?> EndByStandingIntentAsync(RunRecord run)
    {
        KillRecord kill = new()
        {
            KillId = KillId.New(timeProvider),
            RunId = run.RunId,
            State = KillState.Requested,
            Mode = KillMode.Emergency,
            Reason = "its host died, and so did what was to end it then",
            RequestedBy = HostExitAudit.Actor,
            Door = "recovery",
            RequestedAt = timeProvider.GetUtcNow(),
        };
        try
        {
            (KillOperation operation, _) = runner.Start(run, kill, $"OnHostExit={run.OnHostExit}, committed with the launch by {run.LaunchedBy}", isHeld: false, takesEvidence: false);
            return await operation.Report.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.KillInterrupted(logger, kill.KillId, run.RunId, exception);
            return null;
        }
    }

    private async Task<KillReport> CarryOnAsync(RunRecord run, KillRecord kill)
    {
        Task children = EndChildRunsAsync(run, kill);
        if (kill.Mode == KillMode.Graceful && options.Value.ChildRunsFirst)
        {
            await children.WaitAsync(ChildRunTime.WaitedFor(BudgetLeft(kill)), timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        KillReport report = await runner.ResumeAsync(run, kill).ConfigureAwait(false);
        await children.ConfigureAwait(false);
        return report;
    }

    private GraceBudget BudgetLeft(KillRecord kill) => procedures.Budget(kill).After(timeProvider.GetUtcNow() - kill.RequestedAt);

    private async Task EndChildRunsAsync(RunRecord run, KillRecord kill)
    {
        IReadOnlyList<RunRecord> below = await childRuns.ListAsync(run.RunId, CancellationToken.None).ConfigureAwait(false);

        // A host that stops leaves the runs alone that are to outlive it.
        await Task.WhenAll(below.Where(child => kill.Door != HostShutdown.Door || child.OnHostExit != OnHostExit.Keep)
            .Select(child => EndChildRunAsync(run, child, kill))).ConfigureAwait(false);
    }

    private async Task EndChildRunAsync(RunRecord parent, RunRecord child, KillRecord kill)
    {
        if (platform.Look(child.Containment?.Shim ?? child.Host) == ProcessPresence.Elsewhere || await FindObstacleAsync(child).ConfigureAwait(false) is not null)
        {
            return;
        }

        if (child.KillId is { } begun && await store.FindKillAsync(begun).ConfigureAwait(false) is { IsOpen: true } open)
        {
            await ResumeAsync(child, open).ConfigureAwait(false);
            return;
        }

        bool isGraceful = kill.Mode == KillMode.Graceful;
        TimeSpan left = ChildRunTime.Handed(BudgetLeft(kill));
        KillRecord handed = kill with
        {
            KillId = KillId.New(timeProvider),
            RunId = child.RunId,
            Version = 0,
            State = KillState.Requested,
            Reason = ChildRuns.ReasonOf(parent.RunId, kill.Reason),
            IdempotencyKey = null,
            GracePeriod = !isGraceful ? kill.GracePeriod : left > ShortestTime ? left : ShortestTime,
            RequestedAt = timeProvider.GetUtcNow(),
            Report = null,
        };
        (KillOperation operation, _) = runner.Start(child, handed, $"child run of {parent.RunId}", isHeld: isGraceful, takesEvidence: false);
        try
        {
            _ = await operation.Intent.ConfigureAwait(false);
            await EndChildRunsAsync(child, handed).ConfigureAwait(false);
        }
        finally
        {
            operation.Release();
        }

        await operation.Report.ConfigureAwait(false);
    }
}
