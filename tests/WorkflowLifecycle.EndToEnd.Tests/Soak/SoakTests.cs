using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>A thousand launches and ends of mixed programs by one host: afterwards the machine holds nothing more than before.</summary>
public sealed class SoakTests : EndToEndTest
{
    private const int Runs = 1000;
    private const int SoakLimit = 600_000;

    // Of the programs of the mix, one opens a port, and one makes a segment, a set of semaphores and a queue.
    private const double EachProgram = Runs * 1.1 / 12;

    [Fact(Timeout = SoakLimit)]
    public async Task Host_ThatEndedAThousandRuns_HoldsNothingMore()
    {
        Directory.CreateDirectory(Room.File("ports"));
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
        string segments = $"/dev/shm/soak-{host.Pid}-";
        string[] left = TakeAway(Directory.GetFiles("/dev/shm", Path.GetFileName(segments) + "*"), static file => ("rm", [file]));
        Assert.Empty(await Task.WhenAll(left.Select(file => ExplainAsync(engine, file, RunId.Parse(file[segments.Length..])))));
        Assert.Empty(Directory.GetFileSystemEntries(Room.File("tmp")));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Room.RuntimeDirectory, "r")));
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/net/unix"), line => line.Contains(Room.Path, StringComparison.Ordinal) || line.Contains($"@soak-{host.Pid}-", StringComparison.Ordinal));
        HashSet<int> used = [.. Directory.GetFiles(Room.File("ports")).Select(file => int.Parse(Path.GetFileName(file), CultureInfo.InvariantCulture))];
        Assert.Equal(EachProgram, used.Count, EachProgram / 2);
        Assert.DoesNotContain(await ListeningAsync(), used.Contains);
        HashSet<string> made = [.. Directory.GetFiles(Room.File("sysv")).Select(file => Path.GetFileName(file))];
        Assert.Equal(3 * EachProgram, made.Count, EachProgram);
        Assert.Empty(TakeAway(SystemV().Where(made.Contains), static name => ("ipcrm", [name[..3] switch { "shm" => "-m", "sem" => "-s", _ => "-q" }, name[4..]])));

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

    private static async Task<string> ExplainAsync(Engine engine, string left, RunId runId)
    {
        IReadOnlyList<CleanupResult> receipt = (await engine.Registry.FindReceiptAsync(runId))?.Cleanup ?? [];
        return $"{left}: {string.Join("; ", receipt.Where(line => line.Cleaner == CleanerNames.SharedMemory).SelectMany(line => line.Remaining.Prepend(line.Message ?? line.Outcome)))}";
    }

    // What the kernel keeps outlives a test that fails over it.
    private static string[] TakeAway(IEnumerable<string> left, Func<string, (string Program, string[] Arguments)> by)
    {
        string[] names = [.. left];
        foreach ((string program, string[] arguments) in names.Select(by))
        {
            using Process remove = Process.Start(program, arguments);
            remove.WaitForExit();
        }

        return names;
    }

    // Kind and id, as the programs write them down. The kernel counts up in the ids: what has one of these is what they made.
    private static IEnumerable<string> SystemV() =>
        from list in new[] { "shm", "sem", "msg" }
        from line in File.ReadLines("/proc/sysvipc/" + list).Skip(1)
        select $"{list}-{line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]}";

    // Local address and state are the second and the fourth column, 0A is LISTEN.
    private static async Task<IEnumerable<int>> ListeningAsync() =>
        from line in (await File.ReadAllLinesAsync("/proc/net/tcp")).Skip(1)
        let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where columns[3] == "0A"
        select int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
