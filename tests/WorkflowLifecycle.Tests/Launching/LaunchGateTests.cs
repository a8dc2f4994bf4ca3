using NSubstitute;
using NSubstitute.ExceptionExtensions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Launching;

/// <summary>The order of a launch, at its seams.</summary>
public sealed class LaunchGateTests : IAsyncDisposable
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly LaunchRequest _request = new("/bin/agent", "--token", "canary") { RunId = _id, Output = OutputMode.Discard };

    private readonly Engine _engine = new();
    private readonly IPreparedRun _prepared = Substitute.For<IPreparedRun>();
    private readonly IHeldRun _heldRun = Substitute.For<IHeldRun>();
    private readonly TaskCompletionSource<EndNotice?> _ended = new();

    public LaunchGateTests()
    {
        _heldRun.Root.Returns(Sample.Process(200));
        _heldRun.Ended.Returns(_ended.Task);
        _heldRun.Exited.Returns(Task.FromResult(new ExitNotice(3, null)));
        _heldRun.Signals.Returns(AsyncEnumerable.Empty<HoldSignal>());
        _prepared.Containment.Returns(Sample.Run("x", _engine.Directory).Containment!);
        _prepared.GoAsync(default).ReturnsForAnyArgs(_ =>
        {
            _engine.Log.Add("go");
            return _heldRun;
        });
        _engine.Platform.PrepareAsync(default!, default).ReturnsForAnyArgs(_ =>
        {
            _engine.Log.Add("prepare");
            return _prepared;
        });
    }

    public ValueTask DisposeAsync()
    {
        // An engine that watches a run for ever outlives its test.
        _ended.TrySetResult(Sample.Left);
        return _engine.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_Gate_OpensOnlyBehindTwoDurableCommits()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);

        _engine.Log.AssertOrder("commit Launch Machine Committed", "prepare", "commit  Machine Committed", "go", "commit  Process Committed");
        RunRecord row = await _engine.RowAsync(_id);
        Assert.Equal((RunState.Initializing, 200), (row.State, row.Root!.Pid));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Launch_SecretArgument_IsInNoRowAndNoAudit()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);

        Assert.Equal(["--token", "***"], (await _engine.RowAsync(_id)).Arguments);
        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Details.Values.Any(value => value.Contains("canary", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Launch_RunIdInUse_NamesItsStateAndStartsNothing()
    {
        await _engine.AddAsync(change: run => run with { State = RunState.Killed });

        RunAlreadyRegisteredException exception = await Assert.ThrowsAsync<RunAlreadyRegisteredException>(() => _engine.Launcher.LaunchAsync(_request));

        Assert.Equal(RunState.Killed, exception.State);
        Assert.DoesNotContain("prepare", _engine.Log.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_StoreAway_StartsNothing()
    {
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _engine.Launcher.LaunchAsync(_request));
        Assert.DoesNotContain("prepare", _engine.Log.Calls);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S18")]
    public async Task Launch_KilledBeforeTheGate_NeverOpensIt()
    {
        _engine.Platform.PrepareAsync(default!, default).ReturnsForAnyArgs(async _ =>
        {
            KillReport report = await _engine.Kills.KillAsync(_id, Engine.Request);
            Assert.Equal((KillOutcome.Killed, EndProof.NeverStarted), (report.Outcome, report.Proof));
            return _prepared;
        });

        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request));

        Assert.DoesNotContain("go", _engine.Log.Calls);
        await _prepared.Received().DisposeAsync();
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(_id)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_UnderAParentThatIsStopping_IsRefused()
    {
        await _engine.AddAsync("parent", run => run with { State = RunState.Stopping });

        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request with { ParentRun = RunId.Parse("parent") }));

        Assert.DoesNotContain("go", _engine.Log.Calls);
        Assert.Equal(RunState.LaunchFailed, (await _engine.RowAsync(_id)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_ProgramThatDoesNotExecute_IsOnRecord()
    {
        _prepared.GoAsync(default).ThrowsAsyncForAnyArgs(new LaunchFailedException(LaunchStage.Spawn, "no: --token canary"));

        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request));

        RunRecord row = await _engine.RowAsync(_id);
        Assert.Equal((RunState.LaunchFailed, EndProof.NeverStarted, "no: --token ***"), (row.State, row.Proof, row.Failure));
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_CallerThatGoesAwayAtTheGate_DoesNotLeaveARunWithoutAWatcher()
    {
        using CancellationTokenSource caller = new();
        _prepared.GoAsync(default).ReturnsForAnyArgs(async call =>
        {
            await caller.CancelAsync();
            call.Arg<CancellationToken>().ThrowIfCancellationRequested();
            return _heldRun;
        });

        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request, caller.Token);
        _ended.SetResult(Sample.Left);

        Assert.Equal(RunState.Exited, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_BelowTheMinimumStrength_IsRefusedBeforeItsRow()
    {
        _engine.Platform.ProbeAsync(default).ReturnsForAnyArgs(new ContainmentAbility { Strength = ContainmentStrength.Reaper, Why = "No cgroup." });

        LaunchFailedException exception = await Assert.ThrowsAsync<LaunchFailedException>(
            () => _engine.Launcher.LaunchAsync(_request with { MinimumStrength = ContainmentStrength.CgroupAndReaper }));

        Assert.Equal(LaunchStage.Containment, exception.Stage);
        Assert.Null(await _engine.Store.Inner.FindRunAsync(_id));
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_KeepWithCapturedOutput_IsRefused() => await Assert.ThrowsAsync<KeepNotAvailableException>(
        () => _engine.Launcher.LaunchAsync(_request with { OnHostExit = OnHostExit.Keep, Output = OutputMode.Capture }));

    [Fact(Timeout = 30_000)]
    public async Task StandardInput_WithoutAPipe_RefusesWriting()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);

        Assert.False(process.StandardInput.CanWrite);
        Assert.Throws<NotSupportedException>(() => process.StandardInput.Write("lost"u8));
    }

    [Fact(Timeout = 30_000)]
    public async Task WaitForExit_AfterTheEnd_HasTheExitCodeAndTheProof()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);
        _ended.SetResult(Sample.Left);

        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, 3, EndProof.CgroupAndReaperEmpty), (result.State, result.ExitCode, result.Proof));
        _engine.Log.AssertOrder("go", "lock", "clean", "commit Exited Cleaned Cleaned Machine Committed", "unlock");
    }
}
