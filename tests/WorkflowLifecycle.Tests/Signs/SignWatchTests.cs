using System.Threading.Channels;
using NSubstitute;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Signs;

/// <summary>From what the holder passes on to the row, the events and the memory of this host.</summary>
public sealed class SignWatchTests : IAsyncDisposable
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly LaunchRequest _request = new("/bin/agent") { RunId = _id, Output = OutputMode.Files };

    private readonly Engine _engine = new();
    private readonly Channel<HoldSignal> _signals = Channel.CreateUnbounded<HoldSignal>();
    private readonly TaskCompletionSource<ExitNotice> _exited = new();
    private readonly TaskCompletionSource<EndNotice?> _ended = new();

    public SignWatchTests()
    {
        IHeldRun held = Substitute.For<IHeldRun>();
        held.Root.Returns(Sample.Process(200));
        held.Ended.Returns(_ended.Task);
        held.Exited.Returns(_exited.Task);
        held.Signals.Returns(_signals.Reader.ReadAllAsync());
        IPreparedRun prepared = Substitute.For<IPreparedRun>();
        prepared.Containment.Returns(Sample.Run("x", _engine.Directory).Containment!);
        prepared.GoAsync(default).ReturnsForAnyArgs(held);
        _engine.Platform.PrepareAsync(default!, default).ReturnsForAnyArgs(prepared);
    }

    public ValueTask DisposeAsync()
    {
        _signals.Writer.Complete();
        _exited.TrySetResult(new ExitNotice(3, null));
        _ended.TrySetResult(Sample.Left);
        return _engine.DisposeAsync();
    }

    private void Say(string text) => _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.Notification, text));

    private Task<ITrackedProcess> LaunchAsync(Readiness? readiness = null) => _engine.Launcher.LaunchAsync(_request with { Readiness = readiness });

    private Task UntilAsync(Func<RunRecord, bool> condition) => Engine.UntilAsync(() => condition(_engine.RowAsync(_id).GetAwaiter().GetResult()));

    private async Task<IReadOnlyList<RunEvent>> StoppingEventsAsync() =>
        [.. (await _engine.Store.Inner.ReadEventsAsync(default, 1000)).Where(one => one.Kind == "run.stopping")];

    [Fact(Timeout = 30_000)]
    public async Task FirstOutput_MakesReadyOnlyWhatDeclaredNothing()
    {
        await using ITrackedProcess process = await LaunchAsync();
        _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.FirstOutput, string.Empty));

        await UntilAsync(row => row.State == RunState.Running);
        Assert.Equal(ReadinessSource.Undeclared, (await _engine.RowAsync(_id)).Readiness);
    }

    [Fact(Timeout = 30_000)]
    public async Task FirstOutput_OfADeclaredRun_IsNoReadiness_AndReady1Is()
    {
        await using ITrackedProcess process = await LaunchAsync(Readiness.Api());
        _signals.Writer.TryWrite(new HoldSignal(HoldSignalKind.FirstOutput, string.Empty));
        Say("STATUS=warming up");
        await UntilAsync(row => row.Status == "warming up");

        Assert.Equal((RunState.Initializing, ReadinessSource.Api), ((await _engine.RowAsync(_id)).State, (await _engine.RowAsync(_id)).Readiness));

        Say("READY=1");
        await UntilAsync(row => row.State == RunState.Running && row.ReadyAt == Sample.Start);
        Assert.Equal("warming up", (await _engine.RowAsync(_id)).Status);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stopping_IsTheStatusAndOneEvent()
    {
        await using ITrackedProcess process = await LaunchAsync();
        Say("STOPPING=1");
        await UntilAsync(row => row.Status == "stopping");
        Say("STOPPING=1\nSTATUS=3 requests left");
        await UntilAsync(row => row.Status == "3 requests left");

        RunEvent told = Assert.Single(await StoppingEventsAsync());
        Assert.Equal((RunState.Initializing, "stopping"), (told.State, told.Message));
        Assert.True(_engine.Get<RunSigns>().TryGet(_id, out ProgramSigns? signs) && signs.IsStopping);
    }

    [Fact(Timeout = 30_000)]
    public async Task Status_IsRedactedCutAndWithoutControlBytes_AndCanBeCleared()
    {
        await using ITrackedProcess process = await LaunchAsync();
        Say("STATUS=\u001b[2Jtoken=canary\0up " + new string('x', 472) + "🦊🦊");

        await UntilAsync(row => row.Status is not null);
        string status = (await _engine.RowAsync(_id)).Status!;
        Assert.StartsWith(" [2Jtoken=***", status, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", status, StringComparison.Ordinal);
        Assert.DoesNotContain(status, char.IsControl);
        Assert.InRange(status.Length, 400, 500);
        Assert.False(char.IsHighSurrogate(status[^1]));

        Say("STATUS=");
        await UntilAsync(row => row.Status is null);
    }

    [Fact(Timeout = 30_000)]
    public async Task Words_WhileTheStoreIsAway_ReachTheMemoryAtOnceAndTheRowLater()
    {
        await using ITrackedProcess process = await LaunchAsync(Readiness.Notify());
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();
        Say("READY=1\nEXTEND_TIMEOUT_USEC=5000000");
        for (int i = 0; i < 1000; i++)
        {
            Say($"STATUS={i}");
        }

        ProgramSigns signs = _engine.Get<RunSigns>().Open(_id);
        await Engine.UntilAsync(() => signs.Version >= 1001);
        Assert.Equal((true, TimeSpan.FromSeconds(5)), (signs.IsReady, signs.ExtensionLeft));
        Assert.Equal(RunState.Initializing, (await _engine.RowAsync(_id)).State);

        int before = _engine.Log.Calls.Count;
        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        await Engine.UntilAsync(() =>
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
            return _engine.RowAsync(_id).GetAwaiter().GetResult() is { Status: "999" };
        });

        RunRecord row = await _engine.RowAsync(_id);
        Assert.Equal((RunState.Running, Sample.Start), (row.State, row.ReadyAt));
        Assert.InRange(_engine.Log.Calls.Count - before, 1, 10);
    }

    [Fact(Timeout = 30_000)]
    public async Task Watchdog_CostsTheStoreNothing()
    {
        await using ITrackedProcess process = await LaunchAsync();
        int before = _engine.Log.Calls.Count;
        Say("WATCHDOG=1\nWATCHDOG_USEC=2000000\nMAINPID=1");
        ProgramSigns signs = _engine.Get<RunSigns>().Open(_id);
        await Engine.UntilAsync(() => signs.LastWatchdog is not null);

        Assert.Equal(TimeSpan.FromSeconds(2), signs.WatchdogInterval);
        Assert.Equal(before, _engine.Log.Calls.Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Ready_SaidDuringAKill_IsOnRecordAndTheKillGoesOn()
    {
        await using ITrackedProcess process = await LaunchAsync();
        RunRecord row = await _engine.RowAsync(_id);
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = row with { State = RunState.Stopping } }, CommitDurability.Process);
        await process.MarkReadyAsync("almost");

        row = await _engine.RowAsync(_id);
        Assert.Equal((RunState.Stopping, Sample.Start, "almost"), (row.State, row.ReadyAt, row.Status));
    }

    [Fact(Timeout = 30_000)]
    public async Task Signs_OfARunThatIsOver_AreGone()
    {
        await using ITrackedProcess process = await LaunchAsync();
        ProgramSigns signs = _engine.Get<RunSigns>().Open(_id);
        Task waiting = signs.WaitForChangeAsync(signs.Version, TestContext.Current.CancellationToken);

        _ended.SetResult(Sample.Left);

        await waiting;
        Assert.True(signs.IsOver);
        Assert.False(_engine.Get<RunSigns>().TryGet(_id, out _));
        Assert.Equal(RunState.Exited, (await process.WaitForExitAsync(TestContext.Current.CancellationToken)).State);
    }
}
