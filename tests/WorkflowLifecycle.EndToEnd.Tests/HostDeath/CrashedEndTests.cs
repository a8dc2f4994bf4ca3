using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.HostDeath;

/// <summary>Whoever brings a run to its end dies over it. What is left is enough to go on, and nothing of it stays.</summary>
[Trait("Scenario", "S21")]
public sealed class CrashedEndTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("crash:1");

    private string Runs => Path.Combine(Room.RuntimeDirectory, "r");

    private string OnlyRun => Assert.Single(Directory.GetDirectories(Runs));

    private Task UntilSweptAsync() => Wait.UntilAsync("what was left is gone", () => Directory.GetDirectories(Runs).Length == 0);

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task Host_ThatIsKilledBeforeTheEndIsOnRecord_LeavesProofAndExitCode(string how)
    {
        await KillHostAsync(how, "discard", "pausebefore=4");
        Engine engine = Start();

        RunRecord row = await engine.RowAsync(_id);

        Assert.Equal((RunState.Exited, 5, how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty), (row.State, row.ExitCode, row.Proof));
        Assert.Empty(Directory.GetDirectories(Runs));
    }

    [Fact(Timeout = Limit)]
    public async Task Host_ThatIsKilledAfterTheEndIsOnRecord_LeavesWhatTheNextStartSweeps()
    {
        await KillHostAsync("cgroup", "discard", "pause=4");
        Assert.True(Directory.Exists(OnlyRun));
        await using (Engine stranger = new(Room, inMemory: true))
        {
            await stranger.Registry.SearchAsync(new RunQuery());
        }

        Assert.True(Directory.Exists(OnlyRun), "a store that does not know the run had it swept");
        Engine engine = Start();
        RunRecord row = await engine.RowAsync(_id);
        await UntilSweptAsync();

        Assert.Equal((RunState.Exited, 5), (row.State, row.ExitCode));
        await Wait.UntilAsync("it is on record", async () => (await engine.AuditAsync(_id)).Any(entry => entry is { Stage: "Cleaned", Actor: "system:recovery" }));
    }

    [Fact(Timeout = Limit)]
    public async Task Host_ThatIsKilledBeforeItsRunIsHeldOnRecord_LeavesWhatALaterStartSweeps()
    {
        HelperProcess host = StartHost("launch", _id.Value, "discard", "pausebefore=2", "--", "/bin/sh", "-c", "exit 5");
        await host.ReadAsync("paused");
        await host.KillAsync();
        using JsonDocument identity = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(OnlyRun, "run.json")));
        string cgroup = identity.RootElement.GetProperty("cgroupPath").GetString()!;
        Assert.True(Directory.Exists(cgroup));
        Assert.Equal(RunState.LaunchFailed, (await Start().RowAsync(_id)).State);

        await Start().Registry.SearchAsync(new RunQuery());

        await UntilSweptAsync();
        Assert.False(Directory.Exists(cgroup));
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task Killer_ThatIsKilledBeforeItsOutcomeIsOnRecord_IsFollowedByTheSameKillWithItsProof(string how)
    {
        Engine engine = Start(how == "reaper" ? ContainmentStrength.Reaper : ContainmentStrength.CgroupAndReaper);
        HelperProcess host = StartHost("launch", _id.Value, how, "keep", "--", "sleep", "60");
        await host.ReadAsync("launched");
        await host.KillAsync();
        HelperProcess killer = StartHost("kill", _id.Value, how, "emergency", "pausebefore=2");
        await killer.ReadAsync("paused");
        await engine.Store.InitializeAsync();
        KillId begun = (await engine.Store.FindRunAsync(_id))!.KillId!.Value;
        await killer.KillAsync();

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((begun, 9), (report.KillId, report.ExitSignal));
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Killed, 9, how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty), (row.State, row.ExitSignal, row.Proof));
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S26")]
    public async Task Killer_ThatIsKilledWithItsIntentSpooled_IsOnRecordOnce()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        HelperProcess killer = StartHost("kill", _id.Value, "gun", "emergency");
        await killer.ReadAsync("ready");
        await using (SqliteConnection taken = Take())
        {
            await killer.SayAsync("go");
            await Wait.UntilAsync("the tree is gone", () => !ProcessEntry.Exists(process.Identity.Pid));
            Assert.NotEmpty(new EmergencySpool(Room.RuntimeDirectory).Read().Entries);
            await killer.KillAsync();
        }

        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));

        AuditEntry intent = Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "IntentWritten");
        Assert.Equal("spooled", intent.Details["durable"]);
        AuditEntry requested = Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Requested");
        Assert.Equal(("asked by another host", intent.KillId), (requested.Reason, requested.KillId));
        Assert.Equal(intent.KillId, (await engine.RowAsync(_id)).KillId);
        Assert.Equal((RunState.Killed, KillState.Completed), (result.State, (await engine.Store.FindKillAsync(intent.KillId!.Value))!.State));
        await UntilSweptAsync();
    }

    private async Task KillHostAsync(params string[] options)
    {
        HelperProcess host = StartHost("launch", _id.Value, [.. options, "--", "/bin/sh", "-c", "sleep 0.2; exit 5"]);
        await host.ReadAsync("paused");
        await host.KillAsync();
    }

    private SqliteConnection Take()
    {
        SqliteConnection connection = new($"Data Source={Room.StoreFile};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }
}
