using NSubstitute;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Recovery;

/// <summary>What a command carries on in the two seconds that it has.</summary>
[Trait("Scenario", "S21")]
public sealed class CommandRecoveryTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task InterruptedKill_OfARunThatIsCleanedAlready_IsOverBeforeTheCommandLeaves()
    {
        KillRecord? open = null;
        (RunRecord run, Held held) = await _engine.AddAsync(change: row =>
        {
            open = Sample.OpenKill(row, KillMode.Emergency);
            return row with { State = RunState.Stopping, KillId = open.KillId };
        });
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = open }, CommitDurability.Machine);
        held.Containment.IsCleaned.Returns(true);

        Task<IReadOnlyList<RecoveredRun>> settling = _engine.Get<IRunRecovery>().SettleAsync(Limit, TestContext.Current.CancellationToken);
        for (int look = 1; look < Limit / Interval && !settling.IsCompleted; look++)
        {
            // The clock goes on when it has looked.
            int looks = look;
            await Engine.UntilAsync(() => settling.IsCompleted || held.Containment.ReceivedCallsOf("get_IsCleaned") >= looks);
            _engine.Time.Advance(Interval);
        }

        Assert.True(settling.IsCompleted);
        RecoveredRun recovered = Assert.Single(await settling);
        Assert.Equal((run.RunId, RecoveryOutcome.KillResumed, "Killed"), (recovered.RunId, recovered.Outcome, recovered.Detail));
        Assert.Equal(KillState.Completed, (await _engine.Store.Inner.FindKillAsync(open!.KillId))!.State);
    }
}
