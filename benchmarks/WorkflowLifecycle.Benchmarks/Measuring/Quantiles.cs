namespace WorkflowLifecycle.Benchmarks.Measuring;

/// <summary>Medians, and how sure they are.</summary>
internal static class Quantiles
{
    private const double Tail = 0.025;

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>
    /// The 95 % interval of the median by order statistics: it assumes nothing of how the values are spread. Among n values each side of
    /// the true median is a fair coin, so the ranks come from the binomial distribution. Fewer than 6 values give the whole range.
    /// </summary>
    public static (double Low, double High) MedianInterval(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        double probability = Math.Pow(0.5, n);
        double below = probability;
        int rank = 0;
        while (below <= Tail && rank < n)
        {
            rank++;
            probability *= (double)(n - rank + 1) / rank;
            below += probability;
        }

        int at = Math.Max(rank - 1, 0);
        return (sorted[at], sorted[n - 1 - at]);
    }
}
