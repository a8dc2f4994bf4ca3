using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup.Watching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Steps;

namespace WorkflowLifecycle.Cleanup;

/// <summary>Makes the cleaning of a run from its row and the cleaners of this host.</summary>
internal sealed class RunCleanups(
    ResourceCleaners cleaners, ToldResources told, IContainmentPlatform platform, StepWriter steps, IRedactor redactor, TimeProvider timeProvider, ILogger<CleanerRun> logger)
{
    /// <summary>Whether what a run had may be touched: its tree is proven to be gone, or was seen by a boot that is over.</summary>
    public bool MayClean(RunRecord run) => run.State.IsFinal && (run.Proof != EndProof.None || platform.Look(run.Host) == ProcessPresence.OtherBoot);

    /// <summary>The longest that the cleaning of a run may take, as far as this process has its cleaners: they work side by side.</summary>
    public TimeSpan LongestCeiling(RunRecord run) => run.Cleaners.Select(cleaners.Find).OfType<IResourceCleaner>().Select(cleaner => cleaner.Ceiling).DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>One cleaner, for a debt of a run that is over; null when this process does not have it.</summary>
    public CleanerRun? OfDebt(RunRecord run, CleanupDebt debt) => cleaners.Find(debt.Cleaner) is { } cleaner
        ? new CleanerRun(cleaner, new CleanupContext { Run = run, Moment = CleanupMoment.Retry, KillId = debt.KillId, Known = Known(run, debt.Cleaner) }, redactor, timeProvider, logger)
        : null;

    /// <summary>Lets the watchers of a run look before an emergency ends it; null where it has none, or no time is left.</summary>
    public EmergencyWatch? BeginEmergency(RunRecord run, KillId killId, ProcessListing processes, TimeSpan left)
    {
        (IResourceWatcher, IReadOnlyList<RunResource>)[] asked =
            left <= TimeSpan.Zero ? [] : [.. run.Cleaners.Select(cleaners.Find).OfType<IResourceWatcher>().Select(watcher => (watcher, Known(run, watcher.Name)))];
        return asked.Length == 0
            ? null
            : new EmergencyWatch(asked, OfKill(run, killId, KillMode.Emergency, processes) with { Moment = CleanupMoment.BeforeEnd }, left, redactor, timeProvider, logger);
    }

    /// <summary>For a kill.</summary>
    /// <param name="run">The run's row.</param>
    /// <param name="killId">The kill.</param>
    /// <param name="mode">Its mode.</param>
    /// <param name="processes">Who was there before the first signal.</param>
    /// <param name="seen">What was found of its resources just now, beside what the row knows.</param>
    /// <param name="tell">Takes what long work has to say.</param>
    public RunCleanup OfKill(RunRecord run, KillId killId, KillMode mode, ProcessListing processes, IReadOnlyList<RunResource> seen, Action<string> tell) =>
        Of(run, OfKill(run, killId, mode, processes) with { Telling = tell }, seen);

    /// <summary>For a run that ended by itself.</summary>
    public RunCleanup OfEnd(RunRecord run) => Of(run, new CleanupContext { Run = run, Moment = CleanupMoment.AfterEnd });

    /// <summary>For a run whose program never ran: it has what was made for it, and nothing else.</summary>
    public RunCleanup OfFailedLaunch(RunRecord run) => OfEnd(run with { Cleaners = [.. run.Cleaners.Where(name => cleaners.Find(name) is IResourceProvider)] });

    private static CleanupContext OfKill(RunRecord run, KillId killId, KillMode mode, ProcessListing processes) => new()
    {
        Run = run,
        Moment = CleanupMoment.AfterEnd,
        KillId = killId,
        Mode = mode,
        Processes = processes.Processes,
        ProcessesTruncated = processes.Truncated,
    };

    private RunCleanup Of(RunRecord run, CleanupContext context, IReadOnlyList<RunResource>? seen = null)
    {
        if (run.Cleaners.Count == 0)
        {
            return new RunCleanup(run, context.KillId, [], [], steps, timeProvider);
        }

        List<CleanerRun> here = [];
        List<string> missing = [];
        foreach (string name in run.Cleaners)
        {
            if (cleaners.Find(name) is { } cleaner)
            {
                here.Add(new CleanerRun(cleaner, context with { Known = Known(run, name, seen ?? []) }, redactor, timeProvider, logger));
            }
            else
            {
                missing.Add(name);
            }
        }

        return new RunCleanup(run, context.KillId, here, missing, steps, timeProvider);
    }

    private IReadOnlyList<RunResource> Known(RunRecord run, string cleaner) => told.Known(run, cleaner);

    // What was seen just now is as it was seen.
    private IReadOnlyList<RunResource> Known(RunRecord run, string cleaner, IReadOnlyList<RunResource> seen)
    {
        RunResource[] now = [.. seen.Where(resource => resource.Cleaner == cleaner)];
        return [.. Known(run, cleaner).Where(known => !now.Any(resource => resource.Name == known.Name)), .. now];
    }
}
