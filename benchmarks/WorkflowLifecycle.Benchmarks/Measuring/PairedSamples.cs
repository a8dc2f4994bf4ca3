namespace WorkflowLifecycle.Benchmarks.Measuring;

/// <summary>What was measured side by side: ours and the baseline's, one pair per round, in milliseconds.</summary>
internal sealed class PairedSamples
{
    private readonly List<double> _ours = [];
    private readonly List<double> _baseline = [];

    public int Rounds => _ours.Count;

    public double Ours => Quantiles.Median(_ours);

    public double Baseline => Quantiles.Median(_baseline);

    public double WorstOfOurs => _ours.Max();

    /// <summary>Ours over the baseline, round by round.</summary>
    public IReadOnlyList<double> Ratios => [.. _ours.Zip(_baseline, (ours, baseline) => ours / baseline)];

    /// <summary>Ours minus the baseline, round by round.</summary>
    public IReadOnlyList<double> Differences => [.. _ours.Zip(_baseline, (ours, baseline) => ours - baseline)];

    public void Add(double ours, double baseline)
    {
        _ours.Add(ours);
        _baseline.Add(baseline);
    }
}
