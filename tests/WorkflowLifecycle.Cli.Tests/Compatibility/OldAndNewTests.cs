using Microsoft.Data.Sqlite;
using WorkflowLifecycle.Cli.Tests.EndToEnd;

namespace WorkflowLifecycle.Cli.Tests.Compatibility;

/// <summary>Whichever version launched a run, whichever tool is at hand lists and ends it, and nothing of either is lost.</summary>
[Trait("Scenario", "S37")]
public sealed class OldAndNewTests : CompatibilityTest
{
    // A launch names the shutdown phases of its host in its row.
    private const int WithPhases = 3;

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_can_list_and_kill_what_an_older_host_launched(int schema)
    {
        PreviousVersion previous = Previous(schema);
        await LaunchAsync(previous.HostProgram, "old:1");
        await LaunchAsync(previous.HostProgram, "old:2");
        string before = Schema();

        Assert.Equal(["old:1", "old:2"], await ListAsync(ToolRun.Program));
        Assert.Equal(3, (await JsonOfAsync(ToolRun.Program, "tree", "old:1")).GetProperty("processes").GetArrayLength());
        Assert.Equal("ExitedGracefully", await KillAsync(ToolRun.Program, "old:1"));
        Assert.Equal("Killed", await KillAsync(ToolRun.Program, "old:2", "--emergency"));

        foreach (string tool in new[] { ToolRun.Program, previous.ToolProgram })
        {
            Assert.Empty(await ListAsync(tool));
            Assert.Equal(["old:1", "old:2"], await ListAsync(tool, "--all"));
            Assert.Contains("IntentWritten", await StagesAsync(tool, "old:1"));
            Assert.Contains("ProvenDead", await StagesAsync(tool, "old:2"));
            Assert.Equal("Killed", await StateAsync(tool, "old:2"));
        }

        Assert.Equal(schema, SchemaVersion());
        Assert.Equal(before, Schema());
        await AssertChainsAreWholeAsync();
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_can_list_and_kill_with_an_older_tool_what_todays_host_launched(int schema)
    {
        PreviousVersion previous = Previous(schema);
        await LaunchAsync(TodaysHost, "new:1");
        await LaunchAsync(TodaysHost, "new:2");
        long today = SchemaVersion();

        Assert.Equal(["new:1", "new:2"], await ListAsync(previous.ToolProgram));
        Assert.Equal("ExitedGracefully", await KillAsync(previous.ToolProgram, "new:1"));
        Assert.Equal("Killed", await KillAsync(previous.ToolProgram, "new:2", "--emergency"));

        foreach (string tool in new[] { ToolRun.Program, previous.ToolProgram })
        {
            Assert.Equal(["new:1", "new:2"], await ListAsync(tool, "--all"));
            Assert.Contains("ProvenDead", await StagesAsync(tool, "new:2"));
            Assert.Equal("Killed", await StateAsync(tool, "new:2"));
        }

        Assert.Equal(today, SchemaVersion());
        await AssertChainsAreWholeAsync();
    }

    /// <summary>Today's host brings the file up to date under an older host that goes on: each of them ends what the other launched.</summary>
    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_can_start_todays_host_beside_an_older_one_and_nothing_is_lost(int schema)
    {
        PreviousVersion previous = Previous(schema);
        ToolRun old = await LaunchAsync(previous.HostProgram, "old:1");
        await LaunchAsync(previous.HostProgram, "old:2");
        long entries = (long)Query("SELECT count(*) FROM audit_entries");
        ToolRun today = await LaunchAsync(TodaysHost, "new:1");
        Assert.True(SchemaVersion() > schema);
        Assert.True((long)Query("SELECT count(*) FROM audit_entries") > entries);
        await LaunchAsync(previous.HostProgram, "old:3");

        string[] all = ["new:1", "old:1", "old:2", "old:3"];
        Assert.Equal(all, await ListAsync(ToolRun.Program));
        Assert.Equal(all, await ListAsync(previous.ToolProgram));
        Assert.Equal("Killed", await KillAsync(ToolRun.Program, "old:1", "--emergency"));
        Assert.Equal("Killed", await KillAsync(previous.ToolProgram, "new:1", "--emergency"));
        Assert.Equal("ExitedGracefully", await KillAsync(previous.ToolProgram, "old:2"));
        Assert.Equal("ExitedGracefully", await KillAsync(ToolRun.Program, "old:3"));

        Assert.Empty(await ListAsync(ToolRun.Program));
        Assert.Equal(all, await ListAsync(previous.ToolProgram, "--all"));
        Assert.Equal(4L, Query("SELECT count(*) FROM workflow_kills WHERE state = 8"));
        foreach (ToolRun host in new[] { old, today })
        {
            await host.TypeAsync(string.Empty);
            Assert.Equal(0, (await host.WaitAsync()).ExitCode);
        }

        await AssertChainsAreWholeAsync();
    }

    /// <summary>The host that launched is gone, and with it the only program that has the shim's own words.</summary>
    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_can_end_what_a_host_of_another_version_left_behind(int schema)
    {
        PreviousVersion previous = Previous(schema);
        foreach ((string host, string tool, string id) in new[] { (previous.HostProgram, ToolRun.Program, "left:1"), (TodaysHost, previous.ToolProgram, "left:2") })
        {
            ToolRun left = await LaunchAsync(host, id, "keep");
            await left.SignalAsync("KILL");
            await left.WaitAsync();

            Assert.Equal("ExitedGracefully", await KillAsync(tool, id));
        }

        Assert.Empty(await ListAsync(ToolRun.Program));
        await AssertChainsAreWholeAsync();
    }

    /// <summary>Older versions kept the intent of an emergency that no store took in the directory of the run.</summary>
    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_find_the_kill_on_record_that_an_older_tool_carried_out_without_the_store(int schema)
    {
        PreviousVersion previous = Previous(schema);
        ToolRun host = await LaunchAsync(previous.HostProgram, "old:1", "keep");
        await host.SignalAsync("KILL");
        await host.WaitAsync();
        ToolResult killed;
        using (SqliteConnection writer = new($"Data Source={Store};Pooling=False"))
        {
            writer.Open();
            using SqliteTransaction transaction = writer.BeginTransaction(deferred: false);
            killed = await Begin(previous.ToolProgram, ["kill", "old:1", "--emergency", "--reason", "the store is locked"]).WaitAsync();
        }

        string spooled = Assert.Single(Directory.GetFiles(Room, "intent-*.json", SearchOption.AllDirectories));
        Assert.Empty(await ListAsync(ToolRun.Program));
        await UntilAsync(async () => (await StagesAsync(ToolRun.Program, "old:1")).Contains("Completed"));

        Assert.Equal(["Requested", "Authorized", "IntentWritten", "Completed"], (await StagesAsync(ToolRun.Program, "old:1")).Where(stage => stage is "Requested" or "Authorized" or "IntentWritten" or "Completed"));
        Assert.Equal(1L, Query("SELECT count(*) FROM workflow_kills"));
        Assert.False(File.Exists(spooled), killed.ToString());
        await AssertChainsAreWholeAsync();
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Kept))]
    public async Task I_can_use_every_command_of_the_tool_and_it_never_migrates(int schema)
    {
        PreviousVersion previous = Previous(schema);
        await LaunchAsync(previous.HostProgram, "old:1");
        string before = Schema();
        string[][] works =
        [
            ["ps"], ["ps", "--all"], ["show", "old:1"], ["tree", "old:1"], ["logs", "old:1"], ["audit", "old:1"], ["debts"], ["debts", "--retry"], ["leaks"],
            ["doctor"], ["find", "--match", "sleep 300"], ["kill", "old:1", "--dry-run", "--reason", "side by side"],
            ["kill", "old:1", "--reason", "side by side", "--evidence"], ["wait", "old:1"], ["show", "old:1"],
        ];
        string[][] refused = [["stats"], ["prune", "--yes"], ["run", "--detach", "--clean", "temp", "--", "true"]];
        string[] run = ["run", "--detach", "--", "true"];
        works = schema < WithPhases ? works : [.. works, run];
        refused = schema < WithPhases ? [.. refused, run] : refused;

        List<string> said = [];
        foreach (string[] command in works)
        {
            ToolResult result = await RunAsync(command);
            said.Add(result.ExitCode is 0 ? string.Empty : $"{string.Join(' ', command)}: {result.ExitCode} {result.Out}{result.Error}");
        }

        foreach (string[] command in refused)
        {
            ToolResult result = await RunAsync(command);
            bool names = result.Error.Contains($"schema version {schema},", StringComparison.Ordinal) && result.Error.Contains("came with version", StringComparison.Ordinal);
            said.Add(names && result.ExitCode != 0 ? string.Empty : $"{string.Join(' ', command)}: {result.ExitCode} {result.Out}{result.Error}");
        }

        Assert.All(said, Assert.Empty);
        Assert.Equal(before, Schema());
        Assert.Equal(schema, SchemaVersion());
    }
}
