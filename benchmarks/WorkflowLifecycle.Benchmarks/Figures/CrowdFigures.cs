using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.Figures;

/// <summary>The same kill among few and among many unrelated processes: nothing on the path looks at all of them.</summary>
internal static class CrowdFigures
{
    private const int Few = 50;
    private const int Many = 2_000;

    public static async IAsyncEnumerable<Figure> MeasureAsync(TreeRoom room, int rounds)
    {
        foreach ((string name, Func<Task<double>> end) in new (string, Func<Task<double>>)[]
        {
            ("end 100 among 2,000, CgroupAndReaper", () => room.EndByEngineAsync(room.WithCgroups, TreeKind.Plain, 100)),
            ("end 100 among 2,000, Reaper", () => room.EndByEngineAsync(room.WithoutCgroups, TreeKind.Plain, 100)),
        })
        {
            yield return FigureFactory.Ratio(name, $"among {Few}", await PairedRun.MeasureAsync(
                rounds, () => AmongAsync(room, Many, end), () => AmongAsync(room, Few, end)), 1.1);
        }
    }

    private static async Task<double> AmongAsync(TreeRoom room, int strangers, Func<Task<double>> measure)
    {
        EngineTree crowd = await EngineTree.LaunchAsync(room.WithCgroups, room.Forest, room.Tree(TreeKind.Daemons, strangers));
        await using (crowd)
        {
            double took = await measure();
            await crowd.EndAsync();
            return took;
        }
    }
}
