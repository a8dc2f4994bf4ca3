namespace WorkflowLifecycle.Statistics;

/// <summary>Figures over runs.</summary>
internal sealed class RunTally(TimeSpan stuckAfter, DateTimeOffset now)
{
    private readonly List<StuckRun> _stuck = [];

    public int Count { get; private set; }

    public int Ends { get; private set; }

    public int EndsWithoutDebts { get; private set; }

    public int StuckCount { get; private set; }

    public IReadOnlyList<StuckRun> Stuck => _stuck;

    public LineTally Lines { get; } = new();

    /// <summary>A run that is over.</summary>
    public void Add(EndedRun end)
    {
        Ends++;
        EndsWithoutDebts += end.OpenDebts == 0 ? 1 : 0;
        Lines.Add(end.Receipt?.Cleanup ?? []);

        // When a machine goes down under a run is not known, only when somebody noticed.
        AddTime(end.Run, end.Run.ReadyAt ?? (end.Run.State == RunState.Lost ? end.Run.CreatedAt : end.EndedAt));
    }

    /// <summary>A run that is not over.</summary>
    public void Add(RunRecord run) => AddTime(run, run.ReadyAt ?? now);

    private void AddTime(RunRecord run, DateTimeOffset ready)
    {
        Count++;
        if (ready - run.CreatedAt > stuckAfter)
        {
            StuckCount++;
            if (_stuck.Count < LifecycleStatistics.MaximumNamed)
            {
                _stuck.Add(new StuckRun(run.RunId, run.State, ready - run.CreatedAt));
            }
        }
    }
}
