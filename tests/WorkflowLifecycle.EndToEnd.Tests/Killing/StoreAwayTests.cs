using Microsoft.Data.Sqlite;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Another process holds the store's write lock for longer than anybody waits for it.</summary>
public sealed class StoreAwayTests : EndToEndTest
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(8);

    [Fact(Timeout = Limit)]
    public async Task Exit_WhileTheStoreIsAway_IsRecordedOnceItIsBack()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell("echo ready; sleep 0.5; exit 3"));
        await using (Take())
        {
            await Task.Delay(Away, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await Wait.UntilAsync("the row is final", async () => (await engine.RowAsync(process.RunId)).State.IsFinal);
        RunRecord row = await engine.RowAsync(process.RunId);
        Assert.Equal((RunState.Exited, 3, EndProof.CgroupAndReaperEmpty), (row.State, row.ExitCode, row.Proof));
        await Wait.UntilAsync("it is cleaned", () => !Directory.Exists(row.Containment!.RunDirectory));
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_WhileTheStoreIsAway_EndsTheTreeAndIsRecordedOnceItIsBack()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", "relay"));
        KillId killed;
        await using (Take())
        {
            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
            Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
            killed = report.KillId;
            await Task.Delay(Away, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await Wait.UntilAsync("its kill is recorded", async () => await engine.Store.FindKillAsync(killed) is { IsOpen: false });
        await Wait.UntilAsync("the row is final", async () => (await engine.RowAsync(process.RunId)).State.IsFinal);
        Assert.Equal(RunState.Killed, (await engine.RowAsync(process.RunId)).State);
        KillRecord? kill = await engine.Store.FindKillAsync(killed);
        Assert.Equal((KillState.Completed, "stuck in a test"), (kill?.State, kill?.Reason));
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_OfARunWhoseHostIsDead_DoesNotWaitForTheStore()
    {
        RunId id = RunId.Parse("away:1");
        HelperProcess host = StartHost("launch", id.Value, "keep", "--", "/bin/sh", "-c", "sleep 1; echo late; trap '' TERM; sleep 50 & wait; sleep 50");
        Engine engine = Start();
        await Wait.UntilAsync("it runs", async () => (await engine.Registry.FindAsync(id))?.Root is not null);
        await host.KillAsync();
        await Wait.UntilAsync("it spoke", () => Directory.EnumerateFiles(Room.RuntimeDirectory, "stdout.log", SearchOption.AllDirectories).Any(file => new FileInfo(file).Length > 0));
        await using SqliteConnection taken = Take();

        KillReport report = await engine.Kills.KillAsync(id, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_WhileTheStoreIsAway_FailsAndLeavesNothing()
    {
        Engine engine = Start();
        await (await engine.LaunchAsync(engine.Request("true"))).WaitForExitAsync();
        await using SqliteConnection taken = Take();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.LaunchAsync(engine.Request("sleep", "50")).WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_WhoseStoreGoesAwayAfterTheRow_FailsAndIsRecordedOnceItIsBack()
    {
        GatedStore? gate = null;
        SqliteConnection? taken = null;
        Engine engine = Start(services: services => services.With<IProcessStore>(store => gate = new GatedStore(store)));
        _ = engine.Store;
        gate!.After = (_, number) =>
        {
            taken = number == 1 ? Take() : taken;
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.LaunchAsync(engine.Request("sleep", "50")).WaitAsync(TimeSpan.FromSeconds(20)));
        await taken!.DisposeAsync();

        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
        await Wait.UntilAsync("the row is final", async () => (await engine.AllRowsAsync()).Single().State == RunState.LaunchFailed);
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
