using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Benchmarks.Measuring;
using WorkflowLifecycle.Benchmarks.Trees;

namespace WorkflowLifecycle.Benchmarks.SubFiveSecondKill;

/// <summary>
/// Kills every kind of tree at every strength through the whole library, with SQLite and receipt. Exit code 1 when any kill takes five
/// seconds or leaves anybody.
/// </summary>
internal static class SubFiveSecondKillCommand
{
    private static readonly int[] ShortSizes = [1, 10, 100];
    private static readonly int[] AllSizes = [1, 10, 100, 1_000];
    private const int ShortRounds = 1;
    private const int AllRounds = 5;

    public static async Task<int> RunAsync(bool isShort)
    {
        using TreeRoom room = await TreeRoom.OpenAsync();
        await using Library with = Library.Open(room.NewPath("store"), room.WithCgroups);
        await using Library without = Library.Open(room.NewPath("store"), room.WithoutCgroups);
        if (!room.HasCgroups)
        {
            Console.WriteLine($"No cgroup to be had here ({room.Ability.Why}): strength Reaper only.");
        }

        Console.WriteLine($"{"strength",-16} {"mode",-10} {"tree",-12} {"processes",9} {"median ms",10} {"worst ms",10} {"left",5}  outcome");
        int kills = 0;
        int broken = 0;
        foreach (KillCase @case in KillCase.Matrix(isShort ? ShortSizes : AllSizes, room.HasCgroups))
        {
            Library library = @case.Strength == ContainmentStrength.CgroupAndReaper ? with : without;
            List<KillVerdict> verdicts = [];
            for (int round = 0; round < (isShort ? ShortRounds : AllRounds); round++)
            {
                verdicts.Add(await KillAsync(room, library, @case));
            }

            kills += verdicts.Count;
            broken += verdicts.Count(verdict => verdict.IsBroken);
            Print(@case, verdicts);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills, {broken} that took 5 s, left somebody or were not proven"));
        return broken == 0 ? 0 : 1;
    }

    private static async Task<KillVerdict> KillAsync(TreeRoom room, Library library, KillCase @case)
    {
        TreeSpec tree = room.Tree(@case.Kind, @case.Count);
        ITrackedProcess run = await library.LaunchAsync(room.Forest, tree);
        await using (run)
        {
            if (run.Strength != @case.Strength)
            {
                throw new InvalidOperationException($"{tree} is held at {run.Strength} instead of {@case.Strength}.");
            }

            long started = Stopwatch.GetTimestamp();
            KillReport report = await library.KillAsync(run.RunId, @case.Mode);
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            return new KillVerdict(took, report, Census.Find(tree.Mark));
        }
    }

    private static void Print(KillCase @case, List<KillVerdict> verdicts)
    {
        KillVerdict shown = verdicts.Find(verdict => verdict.IsBroken) ?? verdicts[0];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{@case.Strength,-16} {@case.Mode,-10} {@case.Kind,-12} {@case.Count,9} {Quantiles.Median(verdicts.Select(verdict => verdict.Milliseconds)),10:0.0} {verdicts.Max(verdict => verdict.Milliseconds),10:0.0} {shown.Left.Count,5}  {shown.Report.Outcome}{(shown.IsBroken ? $" BROKEN {shown.Report.Message} {string.Join(", ", shown.Left)}" : string.Empty)}"));
    }
}
