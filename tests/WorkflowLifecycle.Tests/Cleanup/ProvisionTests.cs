using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>What is made for a run before its program starts, and what becomes of it when the launch fails or the program ends.</summary>
public sealed class ProvisionTests : IAsyncDisposable
{
    private static readonly RunId _id = RunId.Parse("run_1");
    private static readonly LaunchRequest _request = new("/bin/agent") { RunId = _id, Output = OutputMode.Discard };

    private readonly Engine _engine;
    private readonly ScriptedProvider _first;
    private readonly ScriptedProvider _second = new("second");
    private readonly IPreparedRun _prepared = Substitute.For<IPreparedRun>();
    private readonly TaskCompletionSource<EndNotice?> _ended = new();
    private ContainmentSpec? _spec;

    public ProvisionTests()
    {
        _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_first!).AddSingleton<IResourceCleaner>(_second));
        _first = new ScriptedProvider("first", _engine.Log);
        IHeldRun held = Substitute.For<IHeldRun>();
        held.Root.Returns(Sample.Process(200));
        held.Ended.Returns(_ended.Task);
        held.Exited.Returns(Task.FromResult(new ExitNotice(3, null)));
        held.Signals.Returns(AsyncEnumerable.Empty<HoldSignal>());
        _prepared.Containment.Returns(Sample.Run("x", _engine.Directory).Containment!);
        _prepared.GoAsync(default).ReturnsForAnyArgs(_ =>
        {
            _engine.Log.Add("go");
            return held;
        });
        _engine.Platform.PrepareAsync(default!, default).ReturnsForAnyArgs(call =>
        {
            _engine.Log.Add("prepare");
            _spec = call.Arg<ContainmentSpec>();
            return _prepared;
        });
    }

    public ValueTask DisposeAsync()
    {
        _ended.TrySetResult(Sample.Left);
        return _engine.DisposeAsync();
    }

    private RunReceipt? Receipt => _engine.Store.Commits.Select(commit => commit.AddReceipt).OfType<RunReceipt>().LastOrDefault();

    [Fact(Timeout = 30_000)]
    public async Task Launch_WithProviders_HasWhatTheyMadeInItsRowBeforeItStarts()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);

        _engine.Log.AssertOrder("commit Launch Machine Committed", "provide", "prepare", "commit  Machine Committed", "go");
        RunRecord row = _engine.Store.Commits.Select(commit => commit.UpdateRun).First(run => run?.Containment is not null)!;
        Assert.Equal(["first of run_1", "second of run_1"], row.Resources.Select(resource => resource.Name));
        Assert.Equal(["first", "second"], row.Cleaners);
        Assert.Equal("second of run_1", _spec!.Environment["THING"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_ThatNamesItsCleaners_HasOnlyThose()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request with { Cleaners = ["second"] });

        Assert.Equal(["second"], (await _engine.RowAsync(_id)).Cleaners);
        Assert.Equal(0, _engine.Log.Count("provide"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_WhoseProviderRefuses_StartsNothingAndFreesWhatTheOthersMade()
    {
        _second.OnProvide = static (_, _) => throw new IOException("/ is nobody's work directory. Name another.");

        LaunchFailedException failure = await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request));

        Assert.Equal(LaunchStage.Resources, failure.Stage);
        Assert.Contains("'second' refused the launch: / is nobody's work directory. Name another.", failure.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1), (_engine.Log.Count("prepare"), _engine.Log.Count("free first of run_1")));
        RunRecord row = await _engine.RowAsync(_id);
        Assert.Equal((RunState.LaunchFailed, EndProof.NeverStarted), (row.State, row.Proof));
        Assert.Equal([("first", CleanupOutcomes.Clean), ("second", CleanupOutcomes.Clean)], Receipt!.Cleanup.Select(line => (line.Cleaner, line.Outcome)));
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_WhoseProviderHangs_FailsAtItsCeiling()
    {
        TaskCompletionSource never = new();
        _second.OnProvide = (_, _) => never.Task;

        LaunchFailedException failure = await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.PlayAsync(_engine.Launcher.LaunchAsync(_request), TimeSpan.FromSeconds(1)));

        Assert.Equal(LaunchStage.Resources, failure.Stage);
        Assert.Contains("not done within 10 s", failure.Message, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_WhoseProviderMakesSomethingAfterItsCeiling_OwesIt()
    {
        TaskCompletionSource late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _second.OnProvide = (_, _) => late.Task;
        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.PlayAsync(_engine.Launcher.LaunchAsync(_request), TimeSpan.FromSeconds(1)));

        // From here on its host may die: another asks the cleaner.
        CleanupDebt debt = Assert.Single(await _engine.Store.ReadDebtsAsync(new DebtQuery()));
        Assert.Equal(("second", null), (debt.Cleaner, debt.Resource));
        Assert.Equal(DebtRetryOutcome.Settled, Assert.Single(await _engine.Get<ICleanupDebts>().RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("executor"))).Outcome);

        late.SetResult();
        await Engine.UntilAsync(() => _engine.Store.Commits.Any(commit => commit.AddDebts.Any(owed => owed.Resource?.Name == "second of run_1")));
        await _engine.Get<ICleanupDebts>().RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("executor"));
        Assert.Empty(await _engine.Store.ReadDebtsAsync(new DebtQuery()));
        Assert.Equal(1, _second.Cleanings);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_ThatFailsAtTheGate_FreesWhatWasMade()
    {
        _prepared.GoAsync(default).ThrowsAsyncForAnyArgs(new LaunchFailedException(LaunchStage.ProgramMissing, "There is no /bin/agent."));

        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request));

        Assert.Equal(1, _engine.Log.Count("free first of run_1"));
        Assert.Equal(RunState.LaunchFailed, (await _engine.RowAsync(_id)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Launch_ThatWasKilledAtTheGate_FreesWhatWasMade()
    {
        _second.OnProvide = async (_, _) => await _engine.Kills.KillAsync(_id, Engine.Emergency, CancellationToken.None);

        await Assert.ThrowsAsync<LaunchFailedException>(() => _engine.Launcher.LaunchAsync(_request));

        Assert.Equal(0, _engine.Log.Count("go"));
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(_id)).State);
        Assert.Equal(1, _engine.Log.Count("free first of run_1"));
        Assert.Equal(["first", "second"], Receipt!.Cleanup.Select(line => line.Cleaner));
    }

    [Fact(Timeout = 30_000)]
    public async Task Exit_OfTheProgram_HasTheSameReceiptAsAKill()
    {
        await using ITrackedProcess process = await _engine.Launcher.LaunchAsync(_request);
        _second.OnClean = static (_, _) => throw new IOException("busy");
        _ended.SetResult(Sample.Left);

        await _engine.PlayAsync(process.WaitForExitAsync(), TimeSpan.FromMilliseconds(50));

        StoreCommit end = Assert.Single(_engine.Store.Commits, commit => commit.AddReceipt is not null);
        Assert.Equal(RunState.Exited, end.UpdateRun!.State);
        Assert.Equal(
            [("cgroup", CleanupOutcomes.Clean), ("run-directory", CleanupOutcomes.Clean), ("first", CleanupOutcomes.Clean), ("second", CleanupOutcomes.Failed)],
            end.AddReceipt!.Cleanup.Select(line => (line.Cleaner, line.Outcome)));
        Assert.Equal("second of run_1", Assert.Single(end.AddDebts).Resource!.Name);
        _engine.Log.AssertOrder("go", "discover AfterEnd", "free first of run_1", "clean", "commit Exited Cleaned Cleaned Cleaned Cleaned Machine Committed");
    }
}
