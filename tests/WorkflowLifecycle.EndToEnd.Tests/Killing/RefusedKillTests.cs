using Microsoft.Data.Sqlite;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>A graceful kill that is refused because the store does not take its intent in time leaves nothing behind but its record.</summary>
[Trait("Scenario", "S34")]
public sealed class RefusedKillTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("refused:1");

    private static async Task AssertUntouchedAsync(Engine engine, string stage)
    {
        await Wait.UntilAsync("the refusal is on record", async () => (await engine.AuditAsync(_id)).Any(entry => entry.Stage == stage));
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Running, null), (row.State, row.KillId));
        Assert.True(ProcessEntry.IsAlive(row.Root!.Pid));
        KillId refused = Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Requested").KillId!.Value;
        Assert.Equal(KillState.Denied, (await engine.Store.FindKillAsync(refused))!.State);

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful());

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.NotEqual(refused, report.KillId);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhileTheStoreIsLocked_IsRefusedAndNeverCarriedOut()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _id });
        await Wait.UntilAsync("it is ready", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        await using (SqliteConnection taken = new($"Data Source={Room.StoreFile};Pooling=False"))
        {
            taken.Open();
            await using SqliteCommand command = taken.CreateCommand();
            command.CommandText = "BEGIN EXCLUSIVE";
            command.ExecuteNonQuery();
            await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.Kills.KillAsync(_id, Engine.Graceful()));
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }

        await AssertUntouchedAsync(engine, "Refused");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhoseIntentIsDurableAndNobodyHearsOfIt_IsTakenBack()
    {
        GatedStore? gate = null;
        Engine engine = Start(services: services => services.With<IProcessStore>(store => gate = new GatedStore(store)));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _id });
        await Wait.UntilAsync("it is ready", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        bool isHeld = false;
        gate!.After = (commit, _) =>
        {
            bool holds = commit.AddKill?.State == KillState.IntentWritten && !isHeld;
            isHeld |= holds;
            return holds ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System) : Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.Kills.KillAsync(_id, Engine.Graceful()));

        await AssertUntouchedAsync(engine, "Withdrawn");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhoseIntentTheStoreWritesAfterTheRefusal_IsKeptOut()
    {
        GatedStore? gate = null;
        Engine engine = Start(services: services => services.With<IProcessStore>(store => gate = new GatedStore(store)));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("terminates") with { RunId = _id });
        await Wait.UntilAsync("it is ready", async () => (await engine.RowAsync(_id)).State == RunState.Running);
        TaskCompletionSource late = new();
        TaskCompletionSource written = new();
        bool isHeld = false;
        gate!.Before = commit =>
        {
            bool holds = commit.AddKill?.State == KillState.IntentWritten && !isHeld;
            isHeld |= holds;
            return holds ? late.Task : Task.CompletedTask;
        };
        gate.After = (commit, _) =>
        {
            if (commit.AddKill?.State == KillState.IntentWritten)
            {
                written.TrySetResult();
            }

            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.Kills.KillAsync(_id, Engine.Graceful()));
        await Wait.UntilAsync("the refusal is on record", async () => (await engine.AuditAsync(_id)).Any(entry => entry.Stage == "Refused"));

        late.SetResult();
        await written.Task;

        await AssertUntouchedAsync(engine, "Refused");
    }
}
