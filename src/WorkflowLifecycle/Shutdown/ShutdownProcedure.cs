using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Evidence;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Shutdown;

/// <summary>The phases of one kill, stage by stage, and the safe point between waiting and ending.</summary>
internal sealed class ShutdownProcedure(
    ShutdownPhases phases,
    ShutdownContext context,
    IContainment containment,
    CachedLook look,
    KillEvidence evidence,
    Action<string> tell,
    TimeProvider timeProvider,
    ILogger logger,
    CancellationToken escalation)
{
    private const int FreezeAttempts = 3;

    // Ignored by everybody but who stands still, or asked to be told.
    private const int SigCont = 18;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    // A holder that does not even refuse in time is not asked again.
    private static readonly TimeSpan FreezeLimit = TimeSpan.FromMilliseconds(600);

    // What the signal needs to reach the holder.
    private static readonly TimeSpan SignalTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<PhaseRun> _runs = [];
    private IReadOnlyList<PhaseRun> _quiescing = [];
    private TimeSpan _quiesceLimit;
    private long _quiesceStarted;
    private long _freezeAsked;
    private string _told = string.Empty;

    /// <summary>What is kept of the tree as it was before it was signalled.</summary>
    public KillEvidence Evidence => evidence;

    /// <summary>What became of each phase that had its turn, and of those that the run names and this process does not have.</summary>
    public IReadOnlyList<PhaseReport> Reports
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _runs.Select(run => run.Report),
                    .. context.Run.Phases.Except(phases.Names, StringComparer.Ordinal).Select(NotAvailable),
                ];
            }
        }
    }

    /// <summary>True when a stage has phases.</summary>
    public bool Has(ShutdownStage stage) => phases.Of(stage).Count > 0;

    /// <summary>Runs the phases of a stage side by side, each up to its ceiling. Does not throw.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="limit">The longest for each of them.</param>
    /// <param name="stop">The tree is gone, or somebody asked for more.</param>
    /// <param name="over">The stage is over, and the tree is still there.</param>
    public async Task RunStageAsync(ShutdownStage stage, TimeSpan limit, CancellationToken stop, CancellationToken over = default) =>
        await Task.WhenAll(Begin(stage, limit).Select(run => run.ExecuteAsync([], stop, over))).ConfigureAwait(false);

    /// <summary>Waits for what is in flight, and not at all where nothing is. Does not throw.</summary>
    /// <returns>In words, what was waited for.</returns>
    public async Task<string> QuiesceAsync(TimeSpan limit, CancellationToken stop)
    {
        _quiescing = Begin(ShutdownStage.Quiesce, limit);
        _quiesceLimit = limit;
        _quiesceStarted = timeProvider.GetTimestamp();
        await WaitForWorkAsync(await LookAsync(isFrozen: false, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
        return string.Join(", ", _quiescing.Select(run => run.Report).Where(report => report.Outcome != PhaseOutcome.NothingInFlight)
            .Select(report => $"{report.Name}: {report.Outcome}")) is { Length: > 0 } words ? words : "nothing in flight";
    }

    /// <summary>
    /// Tells the tree to leave at an instant in which nothing is in flight: it stands still while that is looked at, so nothing can begin
    /// between the look and the signal. Where it cannot be made to stand still the look alone decides. Does not wait past the ceilings.
    /// </summary>
    /// <returns>What the signal returned, and whether the tree stood still; nothing was sent, and null is returned, when the token fired before.</returns>
    public async Task<(int? Signalled, bool StoodStill)> TerminateAtSafePointAsync(Func<Task<int>> terminate, CancellationToken stop)
    {
        int overdue = 0;
        while (!stop.IsCancellationRequested)
        {
            bool isFrozen = await FreezeAsync(stop).ConfigureAwait(false);
            try
            {
                look.Forget();
                IReadOnlyList<(PhaseRun Run, IReadOnlyList<InFlightWork> Work)> inFlight = await LookAsync(isFrozen, stop).ConfigureAwait(false);
                if (isFrozen && !IsHeldFor(SignalTime) && ++overdue < FreezeAttempts)
                {
                    continue;
                }

                if (inFlight.Count == 0 && !stop.IsCancellationRequested)
                {
                    int signalled = await terminate().ConfigureAwait(false);
                    return (signalled, isFrozen && IsHeldFor(TimeSpan.Zero));
                }

                if (isFrozen)
                {
                    await containment.ThawAsync(CancellationToken.None).ConfigureAwait(false);
                    isFrozen = false;
                }

                look.Forget();
                await WaitForWorkAsync(inFlight, stop).ConfigureAwait(false);
            }
            finally
            {
                if (isFrozen)
                {
                    await containment.ThawAsync(CancellationToken.None).ConfigureAwait(false);
                }
            }
        }

        return (null, false);
    }

    private static PhaseReport NotAvailable(string name) => new()
    {
        Name = name,
        Stage = ShutdownStage.Quiesce,
        Outcome = PhaseOutcome.NotAvailableHere,
        Message = "The host that launched the run has this phase; the process that ended it has not.",
    };

    private List<PhaseRun> Begin(ShutdownStage stage, TimeSpan limit)
    {
        List<PhaseRun> runs = [.. phases.Of(stage).Select(phase =>
            new PhaseRun(phase, context, phase.Ceiling < limit ? phase.Ceiling : limit, TellWhatIsWaitedFor, timeProvider, logger, escalation))];
        lock (_lock)
        {
            _runs.AddRange(runs);
        }

        return runs;
    }

    // A tree that grows, or a machine that is busy, may not stand still in the time of one attempt. Without a holder the answer comes at once.
    private async Task<bool> FreezeAsync(CancellationToken stop)
    {
        long started = timeProvider.GetTimestamp();
        try
        {
            for (int attempt = 0; attempt < FreezeAttempts && timeProvider.GetElapsedTime(started) < FreezeLimit; attempt++)
            {
                _freezeAsked = timeProvider.GetTimestamp();
                if (await containment.FreezeAsync(Lease, stop).ConfigureAwait(false))
                {
                    return true;
                }
            }

            return false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // An emergency waits for no attempt; nothing is left frozen by one that was given up.
            return false;
        }
    }

    // A host that did not get to run meanwhile finds a tree that goes on, and a look that counts no more.
    private bool IsHeldFor(TimeSpan time) => timeProvider.GetElapsedTime(_freezeAsked) + time < Lease;

    private async Task<IReadOnlyList<(PhaseRun Run, IReadOnlyList<InFlightWork> Work)>> LookAsync(bool isFrozen, CancellationToken stop)
    {
        (PhaseRun Run, IReadOnlyList<InFlightWork>? Work)[] answers = await Task.WhenAll(_quiescing.Select(
            async run => (run, await run.LookAsync(isFrozen, stop).ConfigureAwait(false)))).ConfigureAwait(false);

        // One that did not answer may have something in flight: it is waited for up to its ceiling.
        return [.. answers.Where(answer => answer.Work is not { Count: 0 }).Select(answer => (answer.Run, answer.Work ?? []))];
    }

    private async Task WaitForWorkAsync(IReadOnlyList<(PhaseRun Run, IReadOnlyList<InFlightWork> Work)> inFlight, CancellationToken stop)
    {
        if (inFlight.Count > 0)
        {
            await HoldLeftoversAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(inFlight.Select(item => item.Run.ExecuteAsync(item.Work, stop))).ConfigureAwait(false);
    }

    // The holder ends what the main program leaves behind when it exits, work in flight or not. With a signal it is asked to be patient.
    private async Task HoldLeftoversAsync()
    {
        if (_quiesceLimit - timeProvider.GetElapsedTime(_quiesceStarted) is { Ticks: > 0 } left)
        {
            _ = await containment.SignalAsync(SigCont, SignalScope.MainProcess, left, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void TellWhatIsWaitedFor()
    {
        string waiting;
        lock (_lock)
        {
            waiting = string.Join(", ", _runs.SelectMany(run => run.Waiting).Select(work => work.Pid is { } pid ? $"{work.Description} (PID {pid})" : work.Description));
            if (waiting == _told)
            {
                return;
            }

            _told = waiting;
        }

        tell(waiting);
    }
}
