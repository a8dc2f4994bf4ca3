namespace WorkflowLifecycle.Retention;

/// <summary>What was forgotten so far.</summary>
internal sealed class RetentionTally(DateTimeOffset endedBefore, TimeSpan age, bool isDryRun)
{
    private readonly List<KeptRun> _kept = [];

    public DateTimeOffset EndedBefore { get; } = endedBefore;

    public TimeSpan Age { get; } = age;

    public bool IsDryRun { get; } = isDryRun;

    public int Runs { get; private set; }

    public int Directories { get; private set; }

    public int KeptRuns { get; private set; }

    public void Count(int runs) => Runs += runs;

    public void CountDirectory() => Directories++;

    public void Keep(RunId runId, string reason)
    {
        KeptRuns++;
        if (_kept.Count < RetentionReport.MaximumNamed)
        {
            _kept.Add(new KeptRun(runId, reason));
        }
    }

    public RetentionReport ToReport() => new()
    {
        EndedBefore = EndedBefore,
        DryRun = IsDryRun,
        Runs = Runs,
        Directories = Directories,
        KeptRuns = KeptRuns,
        Kept = _kept,
    };
}
