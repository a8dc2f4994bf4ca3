using System.Diagnostics;
using System.Globalization;

namespace WorkflowLifecycle.Shim.Tests;

/// <summary>How long from END to EMPTY. It prints figures; the only assertion is the promise of five seconds.</summary>
public sealed class EndTimingTests(ITestOutputHelper output)
{
    [Theory(Timeout = 120_000)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(1_000, false)]
    [InlineData(1_000, true)]
    [Trait("Scenario", "S13")]
    public async Task End_TreeOfThisSize_TakesLessThanFiveSeconds(int processes, bool cgroup)
    {
        string[] argv = processes == 1 ? TestPrograms.Sh("echo ready; exec sleep 60") : TestPrograms.Perl("crowd", $"{processes - 1}");
        await MeasureAsync($"{processes} processes", Trees.Specification(argv, cgroup));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("daemons", false)]
    [InlineData("daemons", true)]
    [InlineData("hoppers", false)]
    [InlineData("hoppers", true)]
    [InlineData("storm", false)]
    [InlineData("storm", true)]
    [InlineData("stopped", false)]
    [InlineData("chain", false)]
    [Trait("Scenario", "S01")]
    public Task End_NastyTree_TakesLessThanFiveSeconds(string tree, bool cgroup) => MeasureAsync(tree, Trees.Specification(tree, cgroup));

    private async Task MeasureAsync(string what, Specification specification)
    {
        List<double> samples = [];
        for (int round = 0; round < 5; round++)
        {
            using ShimUnderTest shim = await Trees.LaunchAsync(specification);
            samples.Add(await Task.Run(() => MeasureEnd(shim.Host)));
            await shim.ReleaseAsync();
        }

        samples.Sort();
        string line = string.Create(CultureInfo.InvariantCulture,
            $"END to EMPTY, {what}, {(specification.Flags.HasFlag(LaunchFlags.Cgroup) ? "with" : "without")} cgroup: median {samples[2]:F2} ms, worst {samples[^1]:F2} ms");
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
        Assert.InRange(samples[^1], 0, 5_000);
    }

    private static double MeasureEnd(ControlClient client)
    {
        long start = Stopwatch.GetTimestamp();
        client.Post(MessageType.End, new byte[16]);
        while (client.Next() is { } message)
        {
            if (message.Type == MessageType.Empty) return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        throw new EndOfStreamException("The shim left before EMPTY.");
    }
}
