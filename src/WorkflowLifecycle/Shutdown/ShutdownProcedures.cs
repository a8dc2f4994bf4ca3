using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Shutdown;

/// <summary>Makes the procedure of a kill from the phases and settings of this host.</summary>
internal sealed class ShutdownProcedures(
    ShutdownPhases phases,
    KillLedger ledger,
    IContainmentPlatform platform,
    StandardInputs inputs,
    TerminationCommand command,
    IRedactor redactor,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<ShutdownProcedure> logger)
{
    public IReadOnlyList<string> Names => phases.Names;

    public GraceBudget Budget(KillRecord kill) => GraceBudget.Of(kill, options.Value);

    /// <summary>The longest that a kill can be at work before it sends SIGKILL, as far as nobody extends it.</summary>
    public TimeSpan LongestGrace(KillRecord kill)
    {
        TimeSpan ceilings = phases.LongestQuiesce + kill.TerminateCeiling;
        return Budget(kill).Total < ceilings ? Budget(kill).Total : ceilings;
    }

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
        return new ShutdownProcedure(phases, context, containment, look, operation.Escalation, waiting => Tell(operation.Kill, waiting), timeProvider, logger);
    }

    /// <summary>The way down the ladder of a run, each step on record.</summary>
    public LadderDescent Descend(KillOperation operation, RunRecord run, IContainment containment, KillClock clock)
    {
        void Record(string by, int? processes) =>
            _ = StoreReturn.BeginAsync(run.RunId, () => ledger.RecordToldAsync(operation.Kill, by, processes), timeProvider, logger);
        return new LadderDescent(run, containment, platform, inputs, command, Record, clock);
    }

    private void Tell(KillRecord kill, string waiting) =>
        _ = StoreReturn.BeginAsync(kill.RunId, () => ledger.RecordWaitingAsync(kill, waiting), timeProvider, logger);
}
