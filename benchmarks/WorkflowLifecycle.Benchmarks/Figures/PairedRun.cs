using WorkflowLifecycle.Benchmarks.Measuring;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>Measures two things round by round, the one that goes first changing, after rounds that only warm up.</summary>
internal static class PairedRun
{
    private const int WarmUpRounds = 40;

    public static async Task<PairedSamples> MeasureAsync(int rounds, Func<Task<double>> ours, Func<Task<double>> baseline, int warmUpRounds = WarmUpRounds)
    {
        PairedSamples samples = new();
        for (int round = -warmUpRounds; round < rounds; round++)
        {
            bool oursFirst = round % 2 == 0;
            double first = await (oursFirst ? ours : baseline)();
            double second = await (oursFirst ? baseline : ours)();
            if (round >= 0)
            {
                samples.Add(oursFirst ? first : second, oursFirst ? second : first);
            }
        }

        return samples;
    }
}
