using System.Diagnostics;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Killing;

/// <summary>The procedure of one kill, from the look to the receipt. Nothing here decides who may; the intent is durable before it signals.</summary>
internal sealed class KillExecution(
    KillOperation operation, RunRecord run, IContainment containment, ProcessListing before, HoldStatus? status, bool isResumed, IRedactor redactor, KillClock clock)
{
    private const int TerminateSignal = 15;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SurvivorLimit = TimeSpan.FromMilliseconds(100);

    private readonly bool _wasEmpty = status?.IsEmpty == true;

    // Still at the gate: there is nobody to be polite to, and waiting would only let the launch go on.
    private readonly bool _hasNotStarted = status is { IsEmpty: false, RootPid: 0 };
    private readonly List<KillStep> _steps = [];
    private EndNotice? _end;
    private bool _proven;

    private bool _askedForKill;

    /// <summary>True once SIGKILL was asked for, by this execution or by another that went ahead of it.</summary>
    public bool SentKill => _askedForKill || _end is { ForcedKills: > 0 };

    /// <summary>Ends the tree.</summary>
    /// <param name="onTerminated">Told how many processes got SIGTERM.</param>
    /// <returns>The report, without the receipt of the cleaning.</returns>
    public async Task<KillReport> EndAsync(Action<int> onTerminated)
    {
        if (!_wasEmpty && !_hasNotStarted && operation.Mode == KillMode.Graceful)
        {
            await TerminateAsync(onTerminated).ConfigureAwait(false);
        }

        if (!_proven)
        {
            await KillAsync().ConfigureAwait(false);
        }

        return Report();
    }

    /// <summary>Frees what the launch made, but for the records of the end; only after the proof.</summary>
    public async Task<KillReport> CleanAsync(KillReport report)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Clean);
        long started = clock.Now;
        IReadOnlyList<CleanupResult> cleanup = await containment.FreeAsync(run).ConfigureAwait(false);
        int remaining = cleanup.Count(line => line.Outcome == "Failed");
        _steps.Add(new KillStep(KillSteps.Clean, clock.Since(started), remaining == 0 ? "ok" : $"{remaining} not freed"));
        return report with { Cleanup = cleanup, Steps = [.. _steps], DurationMs = clock.SinceIntent };
    }

    /// <summary>The end of an unconfirmed kill, whenever it comes.</summary>
    public async Task<KillReport> WaitLongerAsync()
    {
        _end = await containment.WaitForEndAsync().ConfigureAwait(false);
        _proven = true;
        return Report();
    }

    private async Task TerminateAsync(Action<int> onTerminated)
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Terminate);
        long started = clock.Now;
        int signalled = await containment.SignalAsync(TerminateSignal, SignalScope.WholeTree, operation.Kill.TerminateCeiling).ConfigureAwait(false);
        onTerminated(signalled);
        using KillLimit limit = clock.Limit(operation.Kill.TerminateCeiling, operation.Escalation);
        string outcome;
        try
        {
            _end = await containment.WatchEndAsync(limit.Token).ConfigureAwait(false);
            if (_end is null)
            {
                // Nobody tells us when it is over: look.
                using PeriodicTimer timer = clock.Every(LookInterval);
                while (IsAnybodyLeft())
                {
                    await timer.WaitForNextTickAsync(limit.Token).ConfigureAwait(false);
                }

                _end = containment.IsPopulated() == false ? await containment.WaitForEndAsync(limit.Token).ConfigureAwait(false) : null;
            }

            _proven = _end is not null;
            outcome = "all left";
        }
        catch (OperationCanceledException)
        {
            outcome = operation.Escalation.IsCancellationRequested ? "escalated" : "ceiling reached";
        }

        _steps.Add(new KillStep(KillSteps.Terminate, clock.Since(started), $"SIGTERM to {signalled} processes: {outcome}"));
    }

    // A zombie has left; only its parent can take it away.
    private bool IsAnybodyLeft() =>
        containment.Inspect(InspectionDepth.Full, SurvivorLimit) is var listing && (listing.Truncated || listing.Processes.Any(process => process.State is not ('Z' or 'X')));

    private async Task KillAsync()
    {
        using Activity? activity = LifecycleTelemetry.Start("kill." + KillSteps.Kill);
        long started = clock.Now;
        _askedForKill = !_wasEmpty;

        // An emergency has its five seconds from the intent; after a terminate step they begin here.
        TimeSpan remaining = _steps.Count > 0 ? KillClock.Ceiling : KillClock.Ceiling - TimeSpan.FromMilliseconds(clock.SinceIntent);
        using KillLimit limit = clock.Limit(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, CancellationToken.None);
        try
        {
            await containment.EndAsync(operation.Kill.KillId, limit.Token).ConfigureAwait(false);
            _steps.Add(new KillStep(KillSteps.Kill, clock.Since(started), "ok"));
            started = clock.Now;
            _end = await containment.WaitForEndAsync(limit.Token).ConfigureAwait(false);
            _proven = true;
            _steps.Add(new KillStep(KillSteps.Prove, clock.Since(started), _end?.Proof.ToString() ?? "nothing found, nothing proven"));
        }
        catch (OperationCanceledException)
        {
            _steps.Add(new KillStep(KillSteps.Prove, clock.Since(started), "ceiling reached"));
        }
    }

    private KillReport Report()
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
            ProcessesBefore = before.Processes,
            ProcessesTruncated = before.Truncated,
            Survivors = _proven ? [] : redactor.RedactProcesses(containment.Inspect(InspectionDepth.Full, SurvivorLimit).Processes),
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
