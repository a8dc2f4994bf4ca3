using NSubstitute;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>The looks of a kill at processes whose command lines cannot be read: the kernel does not come back.</summary>
public sealed class LookTests : IAsyncDisposable
{
    private readonly Engine _engine = new();
    private readonly ManualResetEventSlim _released = new();

    public async ValueTask DisposeAsync()
    {
        _released.Set();
        await _engine.DisposeAsync();
        _released.Dispose();
    }

    private void Hang(Held held, int looks)
    {
        int taken = 0;
        held.Containment.Inspect(InspectionDepth.Full, default).ReturnsForAnyArgs(call =>
        {
            if (call.Arg<InspectionDepth>() == InspectionDepth.Full && Interlocked.Increment(ref taken) <= looks)
            {
                _released.Wait();
            }

            return held.Tree;
        });
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Graceful_GoesOnWithWhatCanBeRead()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left);
        Hang(held, looks: 1);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(50));

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.InRange(report.DurationMs, 0, 800);
        Assert.Equal((2, true), (report.ProcessesBefore.Count, report.ProcessesTruncated));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ThatIsNotConfirmed_NamesTheSurvivorsAllTheSame()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        Hang(held, looks: int.MaxValue);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(50));

        Assert.Equal((KillOutcome.KillUnconfirmed, 2), (report.Outcome, report.Survivors.Count));
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S30")]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public async Task Kill_ThatIsNotConfirmed_IsOnRecordWhateverTheLookAtSurvivorsComesTo(bool hasNoLookAtAll, int survivors)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.Containment.Inspect(default, default).ReturnsForAnyArgs(call => call.Arg<InspectionDepth>() == InspectionDepth.Full || hasNoLookAtAll
            ? throw new IOException("too many open files")
            : held.Tree);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(50));

        Assert.Equal((KillOutcome.KillUnconfirmed, survivors), (report.Outcome, report.Survivors.Count));
        Assert.Equal(RunState.KillUnconfirmed, (await _engine.RowAsync(run.RunId)).State);
    }
}
