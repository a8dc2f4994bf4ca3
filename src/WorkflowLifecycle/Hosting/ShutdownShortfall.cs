using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Shutdown;

namespace WorkflowLifecycle.Hosting;

/// <summary>What phases would have needed and did not get.</summary>
internal static class ShutdownShortfall
{
    private const string Terminate = "terminate";

    // A ceiling that was reached is not reached to the millisecond.
    private const double Tolerance = 0.1;

    /// <summary>The phases that were cut short before their own ceiling in any of these kills or those of their child runs, in the order of the phases.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<KillReport> reports, ShutdownPhases phases, TimeSpan terminateCeiling)
    {
        List<(string Name, double Had, double Ceiling)> cut = [];
        Dictionary<string, double> ceilings = Enum.GetValues<ShutdownStage>().SelectMany(phases.Of).ToDictionary(phase => phase.Name, phase => phase.Ceiling.TotalSeconds);
        foreach (KillReport report in reports.SelectMany(Flatten))
        {
            cut.AddRange(report.Phases
                .Where(phase => phase.Outcome is PhaseOutcome.CeilingReached or PhaseOutcome.Escalated or PhaseOutcome.Failed && ceilings.ContainsKey(phase.Name))
                .Select(phase => (phase.Name, phase.DurationMs / 1000, ceilings[phase.Name])));
            if (report.Outcome is KillOutcome.Killed or KillOutcome.KillUnconfirmed)
            {
                double had = report.Steps.FirstOrDefault(step => step.Name == KillSteps.Terminate)?.DurationMs ?? 0;
                cut.Add((Terminate, had / 1000, terminateCeiling.TotalSeconds));
            }
        }

        return
        [
            .. cut.Where(phase => phase.Had < phase.Ceiling - Tolerance).GroupBy(phase => (phase.Name, phase.Ceiling))
                .OrderBy(phase => phase.Key.Name == Terminate)
                .Select(phase => $"{phase.Key.Name} had {phase.Min(each => each.Had):0.0} s of {phase.Key.Ceiling:0.#} s"),
        ];
    }

    private static IEnumerable<KillReport> Flatten(KillReport report) => [report, .. report.ChildRuns.SelectMany(Flatten)];
}
