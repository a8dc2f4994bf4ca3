using Microsoft.Extensions.DependencyInjection;
using NSubstitute.ExceptionExtensions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Recovery;

/// <summary>The end of a run that ended by itself.</summary>
public sealed class RunFinisherTests : IAsyncDisposable
{
    private readonly ScriptedCleaner _cleaner = new();
    private readonly Engine _engine;

    public RunFinisherTests() => _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_cleaner));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private Task<RunRecord> FinishAsync(RunRecord run, EndNotice end) => _engine.Get<RunFinisher>().FinishAsync(run, end);

    [Theory(Timeout = 30_000)]
    [InlineData("Stopping", false)]
    [InlineData("Stopping", true)]
    [InlineData("KillUnconfirmed", false)]
    public async Task Finish_RowThatIsBeingKilledByNobody_ComesToItsEnd(string state, bool hasClosedKill)
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = new RunState(state) });
        if (hasClosedKill)
        {
            KillRecord closed = Sample.OpenKill(run) with { State = KillState.Denied };
            run = (await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = run with { KillId = closed.KillId }, AddKill = closed }, CommitDurability.Machine)).Run!;
        }

        RunRecord ended = await FinishAsync(run, Sample.Left);

        Assert.Equal((RunState.Exited, 0, EndProof.CgroupAndReaperEmpty), (ended.State, ended.ExitCode, ended.Proof));
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_WhileAKillBegins_LeavesTheEndToTheKill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Proven };
        KillRecord kill = Sample.OpenKill(run, KillMode.Emergency);
        bool came = false;
        _engine.Store.OnCommit = async (commit, _) =>
        {
            if (!came && commit.UpdateRun is not null)
            {
                came = true;
                await _engine.Store.Inner.CommitAsync(
                    new StoreCommit { UpdateRun = run with { State = RunState.Stopping, KillId = kill.KillId }, AddKill = kill }, CommitDurability.Machine, CancellationToken.None);
            }
        };

        RunRecord ended = await _engine.PlayAsync(FinishAsync(run, Sample.Left), TimeSpan.FromMilliseconds(100));

        Assert.Equal((RunState.Killed, kill.KillId), (ended.State, ended.KillId));
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(kill.KillId))!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_RowThatKnowsMoreByNow_FreesThatToo()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { Cleaners = ["scripted"] });
        RunResource seen = new() { Cleaner = "scripted", Name = "a" };
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = run with { Resources = [seen] } }, CommitDurability.Machine);
        _cleaner.With("a").Unseen.Add("a");

        await FinishAsync(run, Sample.Left);

        Assert.Equal(1, _cleaner.Cleanings);
        Assert.Empty(_engine.Store.Commits.SelectMany(commit => commit.AddDebts));
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_NormalExit_PutsItsReceiptOnRecord()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        await FinishAsync(run, Sample.Left);

        Assert.Equal(
            [("cgroup", "Clean"), ("run-directory", "Clean")],
            (await _engine.AuditAsync()).Where(entry => entry.Stage == "Cleaned").Select(entry => (entry.Details["cleaner"], entry.Details["outcome"])));
        _engine.Log.AssertOrder("lock", "clean", "commit Exited", "discard", "unlock");
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_CleaningThatThrows_IsALineOfTheReceipt()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Containment.CleanAsync(default, default).ThrowsAsyncForAnyArgs(new IOException("rmdir: busy"));

        RunRecord ended = await FinishAsync(run, Sample.Left);

        Assert.Equal(RunState.Exited, ended.State);
        Assert.Equal("Failed", Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Cleaned").Details["outcome"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_WithAStoreThatIsAway_KeepsTheRecordsAndTheReceipt()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Receipt = [new CleanupResult { Cleaner = "cgroup", Found = ["/x"], Outcome = "Failed" }];
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => FinishAsync(run, Sample.Left));
        Assert.DoesNotContain("discard", _engine.Log.Calls);

        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        held.Receipt = [new CleanupResult { Cleaner = "cgroup", Outcome = "Clean" }];
        await FinishAsync(run, Sample.Left);

        Assert.Equal("Failed", Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Cleaned").Details["outcome"]);
        Assert.Contains("discard", _engine.Log.Calls);
    }
}
