using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>An emergency that went past the open kill of a run while the store was away.</summary>
[Trait("Scenario", "S40")]
public sealed class PassedKillTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<(RunRecord Run, KillRecord Open, Held Held)> AddAsync()
    {
        KillRecord? open = null;
        (RunRecord run, Held held) = await _engine.AddAsync(change: row =>
        {
            open = Sample.OpenKill(row);
            return row with { State = RunState.Stopping, KillId = open.KillId };
        });
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = open }, CommitDurability.Machine);
        _engine.Store.OnCommit = static (commit, _) => commit.AddKill?.State == KillState.IntentWritten ? ScriptedStore.Away() : Task.CompletedTask;
        return (run, open!, held);
    }

    private async Task<string[]> StagesAsync(KillId killId) => [.. (await _engine.AuditAsync()).Where(entry => entry.KillId == killId).Select(entry => entry.Stage)];

    private RunRecord Row(RunRecord run) => _engine.Store.Inner.FindRunAsync(run.RunId).AsTask().GetAwaiter().GetResult()!;

    [Fact(Timeout = 30_000)]
    public async Task OpenKill_OfARunThatAnotherEnded_IsOver()
    {
        (RunRecord run, KillRecord open, _) = await AddAsync();

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        KillRecord passed = (await _engine.Store.FindKillAsync(open.KillId))!;
        Assert.Equal((KillOutcome.Killed, KillState.Completed), (report.Outcome, passed.State));
        Assert.Equal((open.KillId, report.Outcome, report.Proof, "theirs"), (passed.Report!.KillId, passed.Report.Outcome, passed.Report.Proof, passed.Report.Reason));
        Assert.Equal(["Completed"], await StagesAsync(open.KillId));
    }

    [Fact(Timeout = 30_000)]
    public async Task UnconfirmedKill_BesideAnOpenOne_IsAuditedWholeOnceItIsOver()
    {
        (RunRecord run, KillRecord open, Held held) = await AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromSeconds(1));

        Assert.Equal(KillOutcome.KillUnconfirmed, report.Outcome);

        // The answer may come before the outcome is on record.
        await Engine.UntilAsync(() => Row(run).State == RunState.KillUnconfirmed);
        Assert.Equal(open.KillId, Row(run).KillId);
        Assert.Empty(await StagesAsync(report.KillId));

        held.Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => Row(run).State.IsFinal);

        Assert.Equal(["Requested", "Authorized", "IntentWritten", "Signal", "ProvenDead", "Cleaned", "Cleaned", "Completed"], await StagesAsync(report.KillId));
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(open.KillId))!.State);
    }
}
