using NSubstitute;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Shutdown;

/// <summary>Ladders that don't go as they should.</summary>
public sealed class LadderTests : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(50);

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Kill_LadderThatCannotBeGoneDown_EndsWithSigkill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Containment.SignalAsync(default, default, default, default).ReturnsForAnyArgs<int>(_ => throw new ArgumentOutOfRangeException("signal"));

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), _step);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Contains(report.Steps, step => step is { Name: "terminate", Outcome: "failed (ArgumentOutOfRangeException)" });
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_MainProcessThatTheRowDoesNotKnowYet_HasItsTime()
    {
        (RunRecord run, Held held) = await _engine.AddAsync(
            change: row => row with { Root = null, State = RunState.Launching, Termination = new TerminationLadder { Scope = TerminationScope.MainProcess } });
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => _engine.Log.Count("SIGTERM") == 1);
        for (int i = 0; i < 20; i++)
        {
            _engine.Time.Advance(_step);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, _engine.Log.Count("SIGKILL"));
        held.Leaving.SetResult(Sample.Left);

        Assert.Equal(KillOutcome.ExitedGracefully, (await _engine.PlayAsync(kill, _step)).Outcome);
    }
}
