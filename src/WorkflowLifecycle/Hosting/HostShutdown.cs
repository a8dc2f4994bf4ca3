using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Hosting;

/// <summary>
/// Ends or hands over the runs of this process when it stops: in the time of the setting, gracefully; and at once what is left when the host's
/// own time is up before.
/// </summary>
internal sealed class HostShutdown(
    HostRuns hostRuns, KillCoordinator kills, ShutdownPhases phases, IOptions<WorkflowLifecycleOptions> options, TimeProvider timeProvider, ILogger<HostShutdown> logger)
{
    /// <summary>The door of the kills by which a host that stops ends its runs.</summary>
    public const string Door = "host";

    private const string Reason = "host shutdown";

    // Of the time, what is kept for SIGKILL, the proof and the receipt; and what a launch that is under way may take of it.
    private const int ReserveShare = 5;

    private static readonly TimeSpan LargestReserve = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestGrace = TimeSpan.FromMilliseconds(1);

    // An emergency answers within its five seconds, whatever is left then.
    private static readonly TimeSpan EmergencyLimit = KillClock.Ceiling + TimeSpan.FromSeconds(1);

    /// <summary>Returns when everything that is to end has ended, or was tried as an emergency.</summary>
    /// <param name="timeIsUp">The host waits no longer.</param>
    public async Task RunAsync(CancellationToken timeIsUp)
    {
        long started = timeProvider.GetTimestamp();
        await hostRuns.CloseAsync().WaitAsync(options.Value.HostShutdownGrace / ReserveShare, timeProvider, timeIsUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IReadOnlyList<HostRun> live = hostRuns.Live;
        if (live.Count(run => run.OnHostExit == OnHostExit.Keep) is > 0 and int kept)
        {
            Log.RunsHandedOver(logger, kept);
        }

        // What lies below a run that is ended is ended with it.
        Dictionary<RunId, HostRun> ending = live.Where(run => run.OnHostExit == OnHostExit.Kill).ToDictionary(run => run.RunId);
        List<HostRun> tops = [.. ending.Values.Where(run => run.Parent is not { } parent || !ending.ContainsKey(parent))];
        if (tops.Count == 0)
        {
            return;
        }

        TimeSpan grace = GraceLeft(timeProvider.GetElapsedTime(started));
        Log.RunsEnding(logger, ending.Count, grace.TotalSeconds);

        // A kill that was under way before has a time of its own: it is not waited for past ours.
        TimeSpan left = options.Value.HostShutdownGrace - timeProvider.GetElapsedTime(started);
        using KillLimit limit = new(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, timeIsUp);
        KillReport[] reports = [.. (await Task.WhenAll(tops.Select(run => EndAsync(run.RunId, grace, limit.Token))).ConfigureAwait(false)).OfType<KillReport>()];
        Report(reports, timeProvider.GetElapsedTime(started));
    }

    private TimeSpan GraceLeft(TimeSpan elapsed)
    {
        TimeSpan total = options.Value.HostShutdownGrace;
        TimeSpan reserve = total / ReserveShare < LargestReserve ? total / ReserveShare : LargestReserve;
        TimeSpan left = total - reserve - elapsed;
        return left > ShortestGrace ? left : ShortestGrace;
    }

    private async Task<KillReport?> EndAsync(RunId runId, TimeSpan grace, CancellationToken timeIsUp)
    {
        try
        {
            Task<KillReport> graceful = KillAsync(runId, KillMode.Graceful, grace);
            try
            {
                return await graceful.WaitAsync(timeIsUp).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or StoreUnavailableException)
            {
                // Without a store there is no graceful kill, and without time neither; the run was not to outlive its host.
                Log.RunEndedAtOnce(logger, runId, exception is OperationCanceledException ? "the time for the end of this host is up" : exception.Message);
                return await KillAsync(runId, KillMode.Emergency, grace: null).WaitAsync(EmergencyLimit, timeProvider, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // One run must not keep the others, or the host. What holds the tree ends it when this process is gone.
            Log.RunNotEnded(logger, runId, exception.Message);
            return null;
        }
    }

    // A run that is to outlive this host does so below one that is not, too: as when the host dies.
    private Task<KillReport> KillAsync(RunId runId, KillMode mode, TimeSpan? grace) => kills.KillAsync(
        runId,
        new KillRequest(Reason, WorkflowPrincipal.Host(options.Value.HostName)) { Mode = mode, GracePeriod = grace, Door = Door },
        static run => run.OnHostExit == OnHostExit.Keep);

    private void Report(KillReport[] reports, TimeSpan elapsed)
    {
        foreach (KillReport report in reports.Where(report => report.Outcome is KillOutcome.Denied or KillOutcome.KillUnconfirmed))
        {
            Log.RunNotEnded(logger, report.RunId, $"{report.Outcome}: {report.Message}");
        }

        Log.RunsEnded(
            logger,
            reports.Count(report => report.Outcome is KillOutcome.ExitedGracefully or KillOutcome.AlreadyExited),
            reports.Count(report => report.Outcome is KillOutcome.Killed or KillOutcome.EndedUnproven),
            elapsed.TotalSeconds);
        if (ShutdownShortfall.Of(reports, phases, options.Value.TerminateCeiling) is { Count: > 0 } shortfall)
        {
            Log.ShutdownShortfall(logger, string.Join(", ", shortfall));
        }
    }
}
