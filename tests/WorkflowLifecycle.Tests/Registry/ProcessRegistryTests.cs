using NSubstitute;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Registry;

public sealed class ProcessRegistryTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<string[]> SearchAsync(RunQuery query) =>
        [.. (await _engine.Registry.SearchAsync(query)).Runs.Select(run => run.RunId.Value)];

    [Fact]
    public async Task Search_ByEachCondition_FindsExactlyWhatFits()
    {
        await _engine.AddAsync("a", run => run with { Workflow = "builder", Owner = "jane" });
        await _engine.AddAsync("b", run => run with { Workflow = "builder", Session = "s1", CreatedAt = Sample.Start.AddHours(1), State = RunState.Initializing });
        await _engine.AddAsync("c", run => run with { Workflow = "lina", State = RunState.Exited, ParentRun = RunId.Parse("a") });

        Assert.Equal(["b", "a"], await SearchAsync(new RunQuery()));
        Assert.Equal(["c", "b", "a"], await SearchAsync(new RunQuery { IncludeFinished = true }));
        Assert.Equal(["b", "a"], await SearchAsync(new RunQuery { Workflow = "builder" }));
        Assert.Equal(["b"], await SearchAsync(new RunQuery { Session = "s1" }));
        Assert.Equal(["a"], await SearchAsync(new RunQuery { Owner = "jane" }));
        Assert.Equal(["b"], await SearchAsync(new RunQuery { States = [RunState.Initializing, RunState.Lost] }));
        Assert.Equal(["c"], await SearchAsync(new RunQuery { ParentRun = RunId.Parse("a"), IncludeFinished = true }));
        Assert.Equal(["b"], await SearchAsync(new RunQuery { CreatedFrom = Sample.Start.AddMinutes(1) }));
        Assert.Equal(["a"], await SearchAsync(new RunQuery { CreatedBefore = Sample.Start.AddMinutes(1) }));
        Assert.Equal(["c"], await SearchAsync(new RunQuery { Text = "LIN", IncludeFinished = true }));
        Assert.Empty(await SearchAsync(new RunQuery { Text = "%" }));
    }

    [Fact]
    [Trait("Scenario", "S25")]
    public async Task Search_RunsThatEndedUnnoticed_AreLeftOutOnceSeen()
    {
        await _engine.AddAsync("rebooted", run => run with { Host = Sample.Process(7) });
        await _engine.AddAsync("alive");
        _engine.Platform.Look(Arg.Is<ProcessIdentity>(host => host.Pid == 7)).Returns(ProcessPresence.OtherBoot);

        Assert.Equal(["alive"], await SearchAsync(new RunQuery()));
        Assert.Equal(["rebooted"], await SearchAsync(new RunQuery { States = [RunState.Lost], IncludeFinished = true }));
    }

    [Fact]
    [Trait("Scenario", "S66")]
    public async Task Inspect_OfARun_RedactsCommandLines()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Tree = new ProcessListing([Sample.Snapshot(200, "agent --password hunter2")], false);

        Assert.Equal("agent --password ***", Assert.Single(await _engine.Registry.InspectAsync(run.RunId)).CommandLine);
    }

    [Theory]
    [Trait("Scenario", "S66")]
    [InlineData("agent\0--password\0a b c\0--verbose", "agent --password *** --verbose")]
    [InlineData("agent\0--password=a b \"c\0x", "agent --password=*** x")]
    [InlineData("sh\0-c\0curl -H 'Cookie: a=b; c=d' x", "sh -c 'curl -H '\\''Cookie: ***'\\'' x'")]
    [InlineData("agent\0two words\0\0it's", "agent 'two words' '' 'it'\\''s'")]
    [InlineData("worker: idle", "worker: idle")]
    public async Task Inspect_OfArguments_RedactsEachAndShowsWhereItEnds(string commandLine, string shown)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Tree = new ProcessListing([Sample.Snapshot(200, commandLine)], false);

        Assert.Equal(shown, Assert.Single(await _engine.Registry.InspectAsync(run.RunId)).CommandLine);
    }

    [Fact]
    public async Task Inspect_OfAFinishedRun_LooksAtNobody()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Exited });

        Assert.Empty(await _engine.Registry.InspectAsync(run.RunId));
        _engine.Platform.DidNotReceiveWithAnyArgs().Open(default!);
        await Assert.ThrowsAsync<RunNotFoundException>(() => _engine.Registry.InspectAsync(RunId.Parse("none")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watch_FromACursor_TellsEachEventOnceAndInOrder()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        RunUpdater updater = _engine.Get<RunUpdater>();
        await SetStateAsync(updater, run.RunId, RunState.Stopping);
        await using IAsyncEnumerator<RunEvent> events = _engine.Registry.WatchAsync(new EventCursor(0), TestContext.Current.CancellationToken).GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync());
        Assert.Equal((1L, RunState.Stopping), (events.Current.Cursor.Position, events.Current.State));

        ValueTask<bool> next = events.MoveNextAsync();
        Assert.False(next.IsCompleted);
        await SetStateAsync(updater, run.RunId, RunState.KillUnconfirmed);
        await SetStateAsync(updater, run.RunId, RunState.Killed);

        Assert.True(await next);
        Assert.Equal((2L, RunState.KillUnconfirmed), (events.Current.Cursor.Position, events.Current.State));
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((3L, RunState.Killed), (events.Current.Cursor.Position, events.Current.State));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S51")]
    public async Task Watch_CommitOfAnotherProcess_IsFoundByLooking()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await using IAsyncEnumerator<RunEvent> events = _engine.Registry.WatchAsync(cancellationToken: TestContext.Current.CancellationToken).GetAsyncEnumerator();
        Task<bool> next = events.MoveNextAsync().AsTask();
        RunEvent silent = new() { RunId = run.RunId, Kind = "run.state", State = RunState.Lost, At = Sample.Start };
        await _engine.Store.Inner.CommitAsync(new StoreCommit { Events = [silent] }, CommitDurability.Process);
        Assert.False(next.IsCompleted);

        Assert.True(await _engine.PlayAsync(next, TimeSpan.FromMilliseconds(250)));
        Assert.Equal(RunState.Lost, events.Current.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task WaitForEnd_WhoeverEndsTheRun_Returns()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<RunRecord> waiting = _engine.Registry.WaitForEndAsync(run.RunId, TestContext.Current.CancellationToken);
        await SetStateAsync(_engine.Get<RunUpdater>(), run.RunId, RunState.Exited);
        held.Leaving.SetResult(Sample.Left);

        Assert.Equal(RunState.Exited, (await _engine.PlayAsync(waiting, TimeSpan.FromMilliseconds(50))).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task WaitForEnd_HolderThatNeverSaysSo_DoesNotHideTheRow()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        Task<RunRecord> waiting = _engine.Registry.WaitForEndAsync(run.RunId, TestContext.Current.CancellationToken);
        await SetStateAsync(_engine.Get<RunUpdater>(), run.RunId, RunState.Killed);

        Assert.Equal(RunState.Killed, (await _engine.PlayAsync(waiting, TimeSpan.FromSeconds(1))).State);
    }

    private static async Task SetStateAsync(RunUpdater updater, RunId runId, RunState state) => await updater.UpdateAsync(
        PersistedStep.SignRecorded, runId, row => new StoreCommit { UpdateRun = row with { State = state } }, CommitDurability.Process, CancellationToken.None);
}
