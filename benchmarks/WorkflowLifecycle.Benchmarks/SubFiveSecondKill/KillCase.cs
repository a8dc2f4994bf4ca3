using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.SubFiveSecondKill;

/// <summary>One cell of the matrix.</summary>
internal sealed record KillCase(TreeKind Kind, int Count, ContainmentStrength Strength, KillMode Mode)
{
    /// <summary>More of these would measure the machine's patience, not the kill.</summary>
    private const int MostHoppers = 21;

    private const int MostWorkersOfAStorm = 100;

    public static IEnumerable<KillCase> Matrix(IReadOnlyList<int> sizes, bool hasCgroups) =>
        (from strength in hasCgroups ? new[] { ContainmentStrength.CgroupAndReaper, ContainmentStrength.Reaper } : [ContainmentStrength.Reaper]
         from mode in new[] { KillMode.Emergency, KillMode.Graceful }
         from kind in Enum.GetValues<TreeKind>()
         from size in sizes
         where mode == KillMode.Emergency || kind is TreeKind.Plain or TreeKind.Deaf
         where kind != TreeKind.Walkers || hasCgroups
         select new KillCase(kind, Limit(kind, size), strength, mode)).Distinct();

    private static int Limit(TreeKind kind, int size) => kind switch
    {
        TreeKind.Hoppers => Math.Min(size, MostHoppers),
        TreeKind.Storm => Math.Min(size, MostWorkersOfAStorm),
        _ => size,
    };
}
