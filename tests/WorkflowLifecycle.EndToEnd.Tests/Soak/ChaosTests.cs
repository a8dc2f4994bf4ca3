using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>
/// Hosts that launch and kill at random while they are killed, stopped and locked out of their store themselves. For a minute, or
/// <c>WORKFLOW_LIFECYCLE_CHAOS_SECONDS</c>; <c>WORKFLOW_LIFECYCLE_CHAOS_SEED</c> makes the same dice fall, though the kernel does not play along.
/// </summary>
public sealed class ChaosTests : EndToEndTest
{
    private const int ChaosLimit = 3_600_000;
    private const int DefaultSeconds = 60;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly ChaosCounts _counts = new();

    [Fact(Timeout = ChaosLimit)]
    [Trait("Scenario", "S21")]
    [Trait("Scenario", "S44")]
    public async Task Hosts_ThatDieAtRandom_LoseNothing()
    {
        int seed = Setting("SEED", Environment.TickCount & 0xFFFFFF);
        ChaosDriver driver = new(Room, seed, (run, own) => StartHost("chaos", run, string.Create(CultureInfo.InvariantCulture, $"seed={own}")), _counts);
        await driver.RunAsync(TimeSpan.FromSeconds(Setting("SECONDS", DefaultSeconds)));
        new ChaosRemains(Room, []).ClearProbes();
        Engine engine = Start();

        // The trees of dead hosts end by themselves, or were to outlive them: whoever is there has an open row, and the other way round.
        IReadOnlyList<string> unknown = await FindAsync(async () => [.. new ChaosRemains(Room, await SettleAsync(engine)).FindUnknown()]);
        int open = (await ReadRowsAsync(engine)).Count(row => !row.State.IsFinal);
        await EndRestAsync(engine);
        IReadOnlyList<string> left = await FindAsync(async () => [.. new ChaosRemains(Room, await SettleAsync(engine)).FindUnknown(), .. new ChaosRemains(Room, await ReadRowsAsync(engine)).FindLeft()]);
        IReadOnlyList<RunRecord> rows = await ReadRowsAsync(engine);
        IReadOnlyList<string> trails = await new ChaosTrails(engine.Store).FindFaultsAsync(rows);

        string summary = string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {rows.Count} runs ({string.Join(", ", rows.CountBy(row => row.State.Name).OrderBy(state => state.Key).Select(state => $"{state.Key} {state.Value}"))}), {open} open at the end; {_counts}");
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        string[] faults =
        [
            .. unknown.Select(what => "unknown: " + what), .. left.Select(what => "left: " + what), .. trails.Select(what => "audit: " + what), .. _counts.Odd,
            .. rows.Where(row => !row.State.IsFinal).Select(row => $"{row.RunId} is still {row.State}"),
        ];
        Assert.True(faults.Length == 0, $"{summary}\n{string.Join('\n', faults)}");
        Assert.True(_counts["killed"] > 0 && _counts["launched"] > 0 && _counts["host deaths"] > 0, summary);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable("WORKFLOW_LIFECYCLE_CHAOS_" + name), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    // Until nothing is found, or for as long as it may take.
    private static async Task<IReadOnlyList<string>> FindAsync(Func<Task<IReadOnlyList<string>>> find)
    {
        IReadOnlyList<string> found = [];
        long started = TimeProvider.System.GetTimestamp();
        do
        {
            found = await find();
            await Task.Delay(Interval, TimeProvider.System);
        }
        while (found.Count > 0 && TimeProvider.System.GetElapsedTime(started) < Rest);

        return found;
    }

    // Any look holds the rows of dead hosts against reality.
    private static async Task<IReadOnlyList<RunRecord>> SettleAsync(Engine engine)
    {
        RunQuery query = new() { Limit = RunQuery.MaximumLimit };
        for (RunPage page = await engine.Registry.SearchAsync(query); page.Next is not null;)
        {
            page = await engine.Registry.SearchAsync(query with { Cursor = page.Next });
        }

        return await ReadRowsAsync(engine);
    }

    private static async Task<IReadOnlyList<RunRecord>> ReadRowsAsync(Engine engine)
    {
        List<RunRecord> rows = [];
        string? cursor = null;
        do
        {
            RunPage page = await engine.Store.SearchRunsAsync(new RunQuery { IncludeFinished = true, Limit = RunQuery.MaximumLimit, Cursor = cursor });
            rows.AddRange(page.Runs);
            cursor = page.Next;
        }
        while (cursor is not null);

        return rows;
    }

    private static async Task EndRestAsync(Engine engine)
    {
        foreach (RunRecord row in (await ReadRowsAsync(engine)).Where(row => !row.State.IsFinal))
        {
            await engine.Kills.KillAsync(row.RunId, Engine.Emergency("end of the soak"));
        }
    }
}
