using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Registry;

public sealed class RunUpdaterTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    private RunUpdater Updater => _engine.Get<RunUpdater>();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private Task<(RunRecord? Run, bool Changed)> UpdateAsync(RunId runId, Func<RunRecord, StoreCommit?> change) =>
        Updater.UpdateAsync(PersistedStep.SignRecorded, runId, change, CommitDurability.Process, CancellationToken.None);

    [Fact]
    public async Task Update_RowThatSomebodyElseChanges_IsTriedAgainOnTheNewRow()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        int rivals = 3;
        _engine.Store.OnCommit = async (_, _) =>
        {
            if (rivals-- > 0)
            {
                RunRecord row = await _engine.RowAsync(run.RunId);
                await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = row with { Owner = $"rival {rivals}" } }, CommitDurability.Process, CancellationToken.None);
            }
        };
        List<long> versions = [];

        (RunRecord? updated, bool changed) = await UpdateAsync(run.RunId, row =>
        {
            versions.Add(row.Version);
            return new StoreCommit { UpdateRun = row with { Status = "mine" } };
        });

        Assert.True(changed);
        Assert.Equal([1, 2, 3, 4], versions);
        Assert.Equal(("mine", "rival 0", 5L), (updated!.Status, updated.Owner, updated.Version));
    }

    [Fact]
    public async Task Update_OutsideTheTable_Throws()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Exited });

        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => UpdateAsync(run.RunId, row => new StoreCommit { UpdateRun = row with { State = RunState.Running } }));

        Assert.Contains("from Exited to Running", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await _engine.RowAsync(run.RunId)).Version);
    }

    [Fact]
    [Trait("Scenario", "S54")]
    public async Task Update_StateOfANewerVersion_IsKept()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = new RunState("Hibernating") });

        await Assert.ThrowsAsync<InvalidOperationException>(() => UpdateAsync(run.RunId, row => new StoreCommit { UpdateRun = row with { State = RunState.Lost } }));
        await UpdateAsync(run.RunId, row => new StoreCommit { UpdateRun = row with { Status = "x" } });

        Assert.Equal("Hibernating", (await _engine.RowAsync(run.RunId)).State.Name);
    }

    [Fact]
    public async Task Update_ThatChangesTheState_TellsItOnce()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        Task signal = _engine.Get<EventSignal>().Next;

        await UpdateAsync(run.RunId, row => new StoreCommit { UpdateRun = row with { Status = "busy" } });
        Assert.True(signal.IsCompleted);
        Assert.Empty(await _engine.Store.ReadEventsAsync(default, 10));

        await UpdateAsync(run.RunId, row => new StoreCommit { UpdateRun = row with { State = RunState.Stopping, Failure = "why" } });
        RunEvent told = Assert.Single(await _engine.Store.ReadEventsAsync(default, 10));
        Assert.Equal((EventKinds.State, RunState.Stopping, "why", Sample.Start), (told.Kind, told.State, told.Message, told.At));
    }

    [Fact]
    public async Task Update_WithNothingToChange_WritesNothing()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        (RunRecord? row, bool changed) = await UpdateAsync(run.RunId, _ => null);

        Assert.False(changed);
        Assert.Equal(run.RunId, row!.RunId);
        Assert.Empty(_engine.Log.Calls);
    }

    [Fact]
    public async Task Update_RowThatIsNotThere_IsNothing() =>
        Assert.Equal((null, false), await UpdateAsync(RunId.Parse("none"), row => new StoreCommit { UpdateRun = row }));
}
