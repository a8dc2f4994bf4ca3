using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>A thousand launches and ends of mixed programs by one host: afterwards the machine holds nothing more than before.</summary>
public sealed class SoakTests : EndToEndTest
{
    private const int Runs = 1000;
    private const int SoakLimit = 600_000;

    [Fact(Timeout = SoakLimit)]
    public async Task Host_ThatEndedAThousandRuns_HoldsNothingMore()
    {
        Directory.CreateDirectory(Room.File("ports"));
        Directory.CreateDirectory(Room.File("tmp"));
        HelperProcess host = StartHost("soak", "soak", string.Create(CultureInfo.InvariantCulture, $"count={Runs}"));
        await host.ReadAsync("warm", TimeSpan.FromMinutes(2));
        Assert.Equal("0", (await host.ReadAsync("more", TimeSpan.FromMinutes(8))).Trim());
        Assert.Equal("0", await host.ReadAsync("children"));
        Assert.Equal("0", (await host.ReadAsync("odd")).Trim());
        Assert.Equal("0", (await host.ReadAsync("debts")).Trim());
        Assert.Empty(Directory.GetFileSystemEntries("/dev/shm", $"soak-{host.Pid}-*"));
        Assert.Empty(Directory.GetFileSystemEntries(Room.File("tmp")));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Room.RuntimeDirectory, "r")));
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/net/unix"), line => line.Contains(Room.Path, StringComparison.Ordinal));
        HashSet<int> used = [.. Directory.GetFiles(Room.File("ports")).Select(file => int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture))];
        Assert.Equal(Runs / 10, used.Count, Runs / 20.0);
        Assert.DoesNotContain(await ListeningAsync(), used.Contains);

        Engine engine = Start();
        int seen = 0;
        for (string? cursor = null; seen == 0 || cursor is not null;)
        {
            RunPage page = await engine.Registry.SearchAsync(new RunQuery { IncludeFinished = true, Limit = 200, Cursor = cursor });
            Assert.All(page.Runs, run => Assert.False(Directory.Exists(run.Containment!.CgroupPath!), $"{run.RunId} has a cgroup left"));
            Assert.All(page.Runs, run => Assert.True(run.State == RunState.Exited || run.State == RunState.Killed, $"{run.RunId} is {run.State}"));
            seen += page.Runs.Count;
            cursor = page.Next;
        }

        Assert.Equal(Runs + (Runs / 10), seen);
    }

    // Local address and state are the second and the fourth column, 0A is LISTEN.
    private static async Task<IEnumerable<int>> ListeningAsync() =>
        from line in (await File.ReadAllLinesAsync("/proc/net/tcp")).Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[3] == "0A"
        select int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
