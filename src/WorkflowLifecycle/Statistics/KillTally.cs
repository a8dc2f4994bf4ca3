using WorkflowLifecycle.Auditing;

namespace WorkflowLifecycle.Statistics;

/// <summary>Figures over kills.</summary>
internal sealed class KillTally
{
    // Without one of these nobody could say who ended what, on what ground, and how it came out.
    private static readonly string[] Needed =
        [AuditStages.Requested, AuditStages.Authorized, AuditStages.IntentWritten, AuditStages.ProvenDead, AuditStages.Completed];

    private readonly SortedDictionary<KillMode, List<double>> _times = [];
    private readonly List<KillWithoutAudit> _withoutAudit = [];

    public int Completed { get; private set; }

    public int WithoutAuditCount { get; private set; }

    public IReadOnlyList<KillWithoutAudit> WithoutAudit => _withoutAudit;

    public LineTally Lines { get; } = new();

    /// <summary>A kill that is over, with the stages that are in the audit.</summary>
    public void Add(KillRecord kill, HashSet<string> stages)
    {
        Completed++;
        KillReport report = kill.Report!;
        Lines.Add(report.Cleanup);

        // What was over before ended nothing, and its milliseconds would flatter.
        if (report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully or KillOutcome.EndedUnproven && double.IsFinite(report.DurationMs))
        {
            if (!_times.TryGetValue(report.Mode, out List<double>? times))
            {
                _times.Add(report.Mode, times = []);
            }

            times.Add(report.DurationMs);
        }

        string[] missing = [.. Needed.Where(stage => !stages.Contains(stage))];
        if (missing.Length > 0)
        {
            WithoutAuditCount++;
            if (_withoutAudit.Count < LifecycleStatistics.MaximumNamed)
            {
                _withoutAudit.Add(new KillWithoutAudit(kill.KillId, kill.RunId, missing));
            }
        }
    }

    public IReadOnlyList<KillTimes> ToTimes() => [.. _times.Select(times => Of(times.Key, times.Value))];

    private static KillTimes Of(KillMode mode, List<double> times)
    {
        times.Sort();
        int rank = (int)Math.Ceiling(times.Count * 0.99);
        return new KillTimes(mode, times.Count, times.Average(), times[rank - 1], times[^1]);
    }
}
