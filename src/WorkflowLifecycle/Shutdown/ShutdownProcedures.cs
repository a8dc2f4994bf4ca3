using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Evidence;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Makes the procedure of a kill from the phases and settings of this host.</summary>
internal sealed class ShutdownProcedures(
    ShutdownPhases phases,
    KillLedger ledger,
    StepWriter steps,
    KillRemarks remarks,
    IContainmentPlatform platform,
    StandardInputs inputs,
    TerminationCommand command,
    EvidenceTaker evidenceTaker,
    EvidenceWriter evidenceWriter,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<ShutdownProcedure> logger)
{
    public GraceBudget Budget(KillRecord kill) => GraceBudget.Of(kill, options.Value);

    /// <summary>The longest that a kill can be at work before it sends SIGKILL, as far as its settings are known here.</summary>
    public TimeSpan LongestGrace(KillRecord kill) => Budget(kill).Total;

    public ShutdownProcedure Create(KillOperation operation, RunRecord run, IContainment containment)
    {
        CachedLook look = new(containment, redactor, timeProvider);
        ShutdownContext context = new()
        {
            Run = run,
            KillId = operation.Kill.KillId,
            Reason = operation.Kill.Reason,
            RequestedBy = operation.Kill.RequestedBy,
            Processes = look.Take,
        };
        return new ShutdownProcedure(phases, context, containment, look, Evidence(operation, run), waiting => remarks.Tell(operation.Kill, waiting), timeProvider, logger, operation.Escalation);
    }

    /// <summary>What a graceful kill would wait for, in words: the phases with what is in flight now, and the ladder.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(RunRecord run, CancellationToken cancellationToken)
    {
        List<string> waits = [];
        if (run.Containment is not null)
        {
            IContainment containment = platform.Open(run);
            await using (containment.ConfigureAwait(false))
            {
                CachedLook look = new(containment, redactor, timeProvider);
                ShutdownContext context = new() { Run = run, KillId = KillId.New(timeProvider), Processes = look.Take };
                foreach (IShutdownPhase phase in phases.Of(ShutdownStage.Quiesce))
                {
                    PhaseRun once = new(phase, context, phase.Ceiling, static () => { }, timeProvider, logger, cancellationToken);
                    IReadOnlyList<InFlightWork>? work = await once.LookAsync(isFrozen: false, cancellationToken).ConfigureAwait(false);
                    string found = work is null ? "it did not say in time" : work.Count == 0 ? "nothing in flight now" : string.Join(", ", work.Select(Describe));
                    waits.Add($"{phase.Name}, at most {Seconds(phase.Ceiling)}: {found}");
                }
            }
        }

        TerminationLadder ladder = run.Termination ?? TerminationLadder.Default;
        string whom = ladder.Scope == TerminationScope.MainProcess ? "the main process" : "every process";
        string told = string.Join(", then ", ladder.Steps.Select(Describe));
        return [.. waits, $"{told}: at most {Seconds(options.Value.TerminateCeiling)} for {whom} to leave, then SIGKILL", $"{Seconds(options.Value.GraceCap)} in all"];
    }

    /// <summary>The way down the ladder of a run, each step on record.</summary>
    public LadderDescent Descend(KillOperation operation, RunRecord run, IContainment containment, KillClock clock)
    {
        void Record(string by, int? processes) =>
            _ = StoreReturn.BeginAsync(run.RunId, () => ledger.RecordToldAsync(operation.Kill, by, processes), timeProvider, logger);
        return new LadderDescent(run, containment, steps, platform, inputs, command, Record, clock);
    }

    // Only of a kill that began here: whoever resumes one would take evidence of what the first signals left.
    private KillEvidence Evidence(KillOperation operation, RunRecord run)
    {
        EvidencePolicy policy = options.Value.CaptureEvidence;
        bool isAsked = operation.Met == IntentOutcome.Written && policy != EvidencePolicy.Never && (operation.TakesEvidence || policy == EvidencePolicy.OnGracefulKill);
        return new KillEvidence(evidenceTaker, evidenceWriter, run, operation.Kill.KillId, isAsked, options.Value.EvidenceCeiling, timeProvider);
    }

    private static string Describe(InFlightWork work) => work.Pid is { } pid ? $"{work.Description} (PID {pid})" : work.Description;

    private static string Describe(TerminationStep step) => step.Kind switch
    {
        TerminationStepKind.Signal => SignalNames.Of(step.Signal),
        TerminationStepKind.InputLine => "a line on standard input",
        _ => Path.GetFileName(step.Text!),
    };

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.###} s";
}
