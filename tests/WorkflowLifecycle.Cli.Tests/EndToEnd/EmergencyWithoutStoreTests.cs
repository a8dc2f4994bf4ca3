using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>An emergency kill ends the real tree whatever became of the store, and is in its audit once when that is back.</summary>
public sealed class EmergencyWithoutStoreTests : ToolRoom
{
    private const string Run = "stuck:1";

    private readonly List<string> _mounts = [];

    private string Aside => Path.Combine(Room, "aside");

    private string[] StoreFiles => Directory.GetFiles(Path.GetDirectoryName(Store)!, "runs.db*");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S35")]
    public async Task Damaged_store()
    {
        int pid = await BeginAsync();
        SaveStore();
        foreach (string file in StoreFiles)
        {
            await using FileStream spoilt = new(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            await spoilt.WriteAsync(Enumerable.Repeat((byte)0x5A, (int)Math.Min(spoilt.Length, 4096)).ToArray(), TestContext.Current.CancellationToken);
        }

        byte[] damaged = await File.ReadAllBytesAsync(Store, TestContext.Current.CancellationToken);
        await KillAsync(pid);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(Store, TestContext.Current.CancellationToken));
        await AssertPendingAsync();

        RestoreStore();
        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task Deleted_store_is_not_made_anew()
    {
        int pid = await BeginAsync();
        SaveStore();
        Array.ForEach(StoreFiles, File.Delete);

        await KillAsync(pid);
        Assert.Empty(StoreFiles);
        await AssertPendingAsync();

        RestoreStore();
        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S34")]
    public async Task Store_that_another_writes_to()
    {
        int pid = await BeginAsync();
        await using (ToolRun locker = await LockAsync())
        {
            await KillAsync(pid, isOpened: true);
            await AssertPendingAsync();
            await UnlockAsync(locker);
        }

        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S34")]
    public async Task Store_that_another_has_for_itself()
    {
        int pid = await BeginAsync();
        await using (SqliteConnection taken = new($"Data Source={Store};Pooling=False"))
        {
            await taken.OpenAsync(TestContext.Current.CancellationToken);
            await using SqliteCommand command = taken.CreateCommand();
            command.CommandText = "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE schema_info SET id = id;";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await KillAsync(pid);
            await AssertPendingAsync();
        }

        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S26")]
    public async Task Full_disk_of_store_and_runtime_directory()
    {
        await MountAsync("-t", "tmpfs", "-o", "size=12m,mode=0700", "none");
        int pid = await BeginAsync();
        string filler = Path.Combine(Path.GetDirectoryName(Store)!, "filler");
        Fill(filler);

        await KillAsync(pid, isOpened: null);

        File.Delete(filler);
        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S28")]
    public async Task Read_only_file_system()
    {
        await MountAsync("-t", "tmpfs", "-o", "size=12m,mode=0700", "none");
        Variables["WORKFLOW_LIFECYCLE_RUNTIME_DIR"] = Path.Combine(Room, "run");
        int pid = await BeginAsync();
        await ShAsync("mount", "-o", "remount,ro", _mounts[0]);

        await KillAsync(pid);
        await AssertPendingAsync();

        await ShAsync("mount", "-o", "remount,rw", _mounts[0]);
        await AssertOnceAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S35")]
    public async Task Graceful_kill_is_refused_and_names_the_emergency()
    {
        int pid = await BeginAsync();
        SaveStore();
        await File.WriteAllTextAsync(Store, new string('x', 8192), TestContext.Current.CancellationToken);

        ToolResult refused = await RunAsync("kill", Run, "--reason", "stuck since noon");

        Assert.Equal(6, refused.ExitCode);
        Assert.Contains("A graceful kill needs the store, and nothing was signalled.", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"workflowctl kill {Run} --emergency --reason 'stuck since noon'", refused.Error, StringComparison.Ordinal);
        Assert.True(IsThere(pid));
        Array.ForEach(StoreFiles, File.Delete);
        RestoreStore();
        Assert.Equal(0, (await RunAsync("kill", Run, "--emergency", "--reason", "the test is over")).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Child_runs_end_with_it()
    {
        int pid = await BeginAsync();
        Assert.Equal(0, (await RunAsync("run", "--detach", "--run-id", "below:1", "--parent", Run, "--", "sh", "-c", "echo $$ >below; exec sleep 300")).ExitCode);
        int below = await PidAsync("below");
        SaveStore();
        Array.ForEach(StoreFiles, File.Delete);

        await KillAsync(pid);

        Assert.False(IsThere(below));
        RestoreStore();
        await AssertOnceAsync();
        Assert.Equal("Killed", await StateAsync("below:1"));
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_mounts.Count > 0)
            {
                await EndLiveAsync();
            }
        }
        finally
        {
            foreach (string mount in _mounts)
            {
                await ShAsync("umount", "-l", mount);
            }

            await base.DisposeAsync();
        }
    }

    private static bool IsThere(int pid) => Directory.Exists($"/proc/{pid}");

    private static async Task ShAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static void Fill(string file)
    {
        using FileStream filler = new(file, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        int size = 64 * 1024;
        while (size > 0)
        {
            try
            {
                filler.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    private async Task MountAsync(params string[] options)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may mount.");
        string place = Directory.CreateDirectory(Path.Combine(Room, "disk")).FullName;
        await ShAsync("mount", [.. options, place]);
        _mounts.Add(place);
        StoreDirectory = place;
        Variables["WORKFLOW_LIFECYCLE_STORE"] = Store;
        Variables["WORKFLOW_LIFECYCLE_RUNTIME_DIR"] = Path.Combine(place, "run");
    }

    // A tree of three, in two sessions.
    private async Task<int> BeginAsync()
    {
        ToolResult launched = await RunAsync("run", "--detach", "--run-id", Run, "--", "sh", "-c", "setsid sleep 300 & sleep 300 & echo $$ >main; wait");
        Assert.True(launched.ExitCode == 0, launched.Error);
        return await PidAsync("main");
    }

    private async Task<int> PidAsync(string name)
    {
        string file = Path.Combine(Room, name);
        await UntilAsync(() => Task.FromResult(File.Exists(file) && new FileInfo(file).Length > 0));
        return int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    private void SaveStore()
    {
        Directory.CreateDirectory(Aside);
        Array.ForEach(StoreFiles, file => File.Copy(file, Path.Combine(Aside, Path.GetFileName(file))));
    }

    private void RestoreStore()
    {
        Array.ForEach(StoreFiles, File.Delete);
        Array.ForEach(Directory.GetFiles(Aside), file => File.Move(file, Path.Combine(Path.GetDirectoryName(Store)!, Path.GetFileName(file))));
    }

    private async Task KillAsync(int pid, bool? isOpened = false)
    {
        long started = Stopwatch.GetTimestamp();
        ToolResult killed = await RunAsync("kill", Run, "--emergency", "--reason", "stuck since noon");

        Assert.True(killed.ExitCode == 0, killed.Out + killed.Error);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(isOpened == false ? 8 : 15));
        Assert.StartsWith($"{Run}  Killed", killed.Out, StringComparison.Ordinal);
        Assert.Contains("CgroupAndReaperEmpty", killed.Out, StringComparison.Ordinal);
        Assert.False(IsThere(pid));
        if (isOpened is { } opened)
        {
            Assert.Equal(!opened, killed.Error.Contains("The emergency goes on without the store", StringComparison.Ordinal));
            Assert.Contains("not on record", killed.Out, StringComparison.Ordinal);
        }
    }

    private async Task AssertPendingAsync()
    {
        JsonElement spool = Assert.Single((await JsonAsync("doctor")).GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("name").GetString() == "spool");
        Assert.Equal("pending", spool.GetProperty("kind").GetString());
        Assert.Contains(Store, spool.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("spool (pending)", (await RunAsync("doctor")).Out, StringComparison.Ordinal);
    }

    private async Task AssertOnceAsync()
    {
        for (int look = 0; look < 3; look++)
        {
            JsonElement[] audit = [.. (await JsonAsync("audit", Run)).EnumerateArray()];
            JsonElement intent = Assert.Single(audit, entry => entry.GetProperty("stage").GetString() == "IntentWritten");
            Assert.Single(audit, entry => entry.GetProperty("stage").GetString() == "Requested" && entry.GetProperty("reason").GetString() == "stuck since noon");
            Assert.Single(audit, entry => entry.GetProperty("stage").GetString() == "Completed");
            Assert.Equal("spooled", intent.GetProperty("details").GetProperty("durable").GetString());
            Assert.True(intent.GetProperty("details").GetProperty("happenedAt").GetDateTimeOffset() <= intent.GetProperty("at").GetDateTimeOffset());
        }

        Assert.Equal("Killed", await StateAsync(Run));
        Assert.Contains("spool (empty)", (await RunAsync("doctor")).Out, StringComparison.Ordinal);
    }
}
