using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>The counter of kills counts what was completed here, once.</summary>
public sealed class KillCounterTests : IAsyncDisposable
{
    private readonly OwnMeters _meters = new();
    private readonly Engine _engine;

    public KillCounterTests() => _engine = new Engine(services => services.AddSingleton<IMeterFactory>(_meters));

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _meters.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ThatIsUnconfirmedFirst_CountsOnceWithItsOutcome()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromSeconds(1));
        held.Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Completed Machine Committed", StringComparison.Ordinal)));

        await Engine.UntilAsync(() => !_meters.Counted.IsEmpty);
        Assert.Equal("Killed", Assert.Single(_meters.Counted));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ThatAnotherProcessCompleted_IsNotCountedHere()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);
        KillRecord open = (await _engine.Store.FindKillAsync((await _engine.RowAsync(run.RunId)).KillId!.Value))!;
        KillReport theirs = new() { RunId = run.RunId, KillId = open.KillId, Outcome = KillOutcome.Killed, Mode = KillMode.Graceful, Reason = "theirs", RequestedBy = "theirs" };
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateKill = open with { State = KillState.Completed, Report = theirs } }, CommitDurability.Machine);
        held.Unlocked.SetResult();

        Assert.Equal("theirs", (await kill).Reason);
        Assert.Empty(_meters.Counted);
    }
}
