using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>A thousand launches and ends of mixed programs by one host: afterwards the machine holds nothing more than before.</summary>
public sealed class SoakTests : EndToEndTest
{
    private const int Runs = 1000;
    private const int SoakLimit = 600_000;

    // Of the programs of the mix, one opens a port, one makes a POSIX segment, and one a System V segment.
    private const double EachProgram = Runs * 1.1 / 12;

    [Fact(Timeout = SoakLimit)]
    public async Task Host_ThatEndedAThousandRuns_HoldsNothingMore()
    {
        Directory.CreateDirectory(Room.File("ports"));
        Directory.CreateDirectory(Room.File("shm"));
        Directory.CreateDirectory(Room.File("sysv"));
        Directory.CreateDirectory(Room.File("tmp"));
        HelperProcess host = StartHost("soak", "soak", string.Create(CultureInfo.InvariantCulture, $"count={Runs}"));
        await host.ReadAsync("warm", TimeSpan.FromMinutes(2));
        foreach (string counted in new[] { "more", "children", "odd", "debts" })
        {
            string said = (await host.ReadAsync(counted, TimeSpan.FromMinutes(8))).Trim();
            Assert.True(said == "0", $"{counted}: {said}");
        }

        Engine engine = Start();
        string[] segments = Names("shm");
        Assert.Equal(EachProgram, segments.Length, EachProgram / 2);
        Assert.Empty(await LeftAsync(engine, CleanerNames.SharedMemory, "shm", segments.Where(name => File.Exists("/dev/shm/" + name)), static name => ("rm", ["/dev/shm/" + name])));
        Assert.Empty(Directory.GetFileSystemEntries(Room.File("tmp")));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Room.RuntimeDirectory, "r")));
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/net/unix"), line => line.Contains(Room.Path, StringComparison.Ordinal) || line.Contains($"@soak-{host.Pid}-", StringComparison.Ordinal));
        HashSet<int> used = [.. Directory.GetFiles(Room.File("ports")).Select(file => int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture))];
        Assert.Equal(EachProgram, used.Count, EachProgram / 2);
        Assert.DoesNotContain(await ListeningAsync(), used.Contains);
        string[] objects = Names("sysv");
        Assert.Equal(EachProgram, objects.Length, EachProgram / 2);
        Assert.Empty(await LeftAsync(engine, CleanerNames.SystemVIpc, "sysv", SystemVSegments().Where(objects.Contains), static id => ("ipcrm", ["-m", id])));

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

    private string[] Names(string directory) => [.. Directory.GetFiles(Room.File(directory)).Select(Path.GetFileName).OfType<string>()];

    // What the kernel keeps outlives a test that fails over it. The receipt says why it was left.
    private async Task<IReadOnlyList<string>> LeftAsync(Engine engine, string cleaner, string directory, IEnumerable<string> left, Func<string, (string Program, string[] Arguments)> by)
    {
        List<string> told = [];
        foreach (string name in left.ToArray())
        {
            (string program, string[] arguments) = by(name);
            using Process remove = Process.Start(program, arguments);
            await remove.WaitForExitAsync();
            RunId run = RunId.Parse(await File.ReadAllTextAsync(Path.Combine(Room.File(directory), name)));
            IReadOnlyList<CleanupResult> receipt = (await engine.Registry.FindReceiptAsync(run))?.Cleanup ?? [];
            told.Add($"{name} of {run}: {string.Join("; ", receipt.Where(line => line.Cleaner == cleaner).SelectMany(line => line.Remaining.Prepend(line.Message ?? line.Outcome)))}");
        }

        return told;
    }

    // By id, as the programs write it down. The kernel counts up in the ids: what has one of these is what they made.
    private static IEnumerable<string> SystemVSegments() =>
        File.ReadLines("/proc/sysvipc/shm").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    // Local address and state are the second and the fourth column, 0A is LISTEN.
    private static async Task<IEnumerable<int>> ListeningAsync() =>
        from line in (await File.ReadAllLinesAsync("/proc/net/tcp")).Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[3] == "0A"
        select int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
