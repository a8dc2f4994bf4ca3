using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>Kills write states by the table alone: the store of these tests holds every commit against it.</summary>
public sealed class StateTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    public static TheoryData<string, KillMode, bool> Kills()
    {
        TheoryData<string, KillMode, bool> data = [];
        foreach (string state in new[] { "Launching", "Initializing", "Running", "Stopping", "KillUnconfirmed", "Hibernating" })
        {
            data.Add(state, KillMode.Graceful, false);
            data.Add(state, KillMode.Emergency, false);
            data.Add(state, KillMode.Emergency, true);
        }

        return data;
    }

    private async Task<RunRecord> AddAsync(string state, bool spooled)
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = new RunState(state) });
        _engine.Store.OnCommit = (commit, _) => spooled && commit.AddKill?.State == KillState.IntentWritten ? ScriptedStore.Away() : Task.CompletedTask;
        return run;
    }

    // The clock stands until the first signal: however slow this machine is, the intent is in time.
    private async Task<KillReport> KillAsync(RunRecord run, KillMode mode)
    {
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request with { Mode = mode });
        await Engine.UntilAsync(() => kill.IsCompleted || _engine.Log.Calls.Any(CallLog.Signals.Contains));
        return await _engine.PlayAsync(kill, TimeSpan.FromSeconds(1));
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Kills))]
    [Trait("Scenario", "S54")]
    public async Task Kill_FromAnyState_EndsWhereTheTableLeads(string state, KillMode mode, bool spooled)
    {
        RunRecord run = await AddAsync(state, spooled);

        KillReport report = await KillAsync(run, mode);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal(state == "Hibernating" ? state : "Killed", row.State.Name);
        Assert.Equal((report.KillId, EndProof.CgroupAndReaperEmpty), (row.KillId, row.Proof));
    }

    [Theory(Timeout = 30_000)]
    [MemberData(nameof(Kills))]
    [Trait("Scenario", "S04")]
    public async Task Kill_FromAnyStateThatIsNotConfirmed_IsKillUnconfirmedWhereTheTableLeads(string state, KillMode mode, bool spooled)
    {
        RunRecord run = await AddAsync(state, spooled);
        _engine.HeldOf(run.RunId).Dying = new TaskCompletionSource<EndNotice?>();

        KillReport report = await KillAsync(run, mode);

        Assert.Equal(KillOutcome.KillUnconfirmed, report.Outcome);
        Assert.Equal(state == "Hibernating" ? state : "KillUnconfirmed", (await _engine.RowAsync(run.RunId)).State.Name);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_UnconfirmedBesideAnOpenKillOfAnother_ComesOnRecordWhenItIsOver()
    {
        RunRecord run = await AddAsync("Running", spooled: true);
        KillRecord theirs = Sample.OpenKill(run);
        Held held = _engine.HeldOf(run.RunId);
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.OnEnd = () => _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = theirs }, CommitDurability.Machine).AsTask().GetAwaiter().GetResult();

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromSeconds(1));
        Assert.Equal(KillOutcome.KillUnconfirmed, report.Outcome);
        held.Dying.SetResult(Sample.Proven);

        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Completed Machine Committed", StringComparison.Ordinal)));
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(report.KillId))!.State);
    }
}
