using System.Globalization;
using WorkflowLifecycle.Benchmarks.Measuring;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Makes figures from pairs.</summary>
internal static class FigureFactory
{
    public static Figure Ratio(string name, string other, PairedSamples samples, double limit) => Make(name, other, samples, samples.Ratios, limit, "x");

    public static Figure Difference(string name, string other, PairedSamples samples, double limit) => Make(name, other, samples, samples.Differences, limit, "ms");

    private static Figure Make(string name, string other, PairedSamples samples, IReadOnlyList<double> values, double limit, string unit)
    {
        (double low, double high) = Quantiles.MedianInterval(values);
        string detail = string.Create(CultureInfo.InvariantCulture, $"{samples.Ours:0.00} ms, {other} {samples.Baseline:0.00} ms, {samples.Rounds} rounds");
        return new Figure(name, detail, Quantiles.Median(values), low, high, limit, unit);
    }
}
