using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>A kill of a run ends the runs below it.</summary>
public sealed class CascadeTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task AddChildAsync(string id, string parent, string state = "Running", string launchedBy = "host:executor") =>
        await _engine.AddAsync(id, run => run with { ParentRun = RunId.Parse(parent), State = new RunState(state), LaunchedBy = launchedBy });

    private async Task<string> StateAsync(string id) => (await _engine.RowAsync(RunId.Parse(id))).State.Name;

    [Fact(Timeout = 30_000)]
    public async Task Kill_Parent_EndsItsChildrenAndTheirs()
    {
        await _engine.AddAsync("top");
        await AddChildAsync("left", "top");
        await AddChildAsync("right", "top");
        await AddChildAsync("below", "left");
        await _engine.AddAsync("stranger");

        KillReport report = await _engine.Kills.KillAsync(RunId.Parse("top"), Engine.Emergency);

        Assert.Equal(["left", "right"], report.ChildRuns.Select(child => child.RunId.Value).Order(StringComparer.Ordinal));
        KillReport left = report.ChildRuns.Single(child => child.RunId.Value == "left");
        Assert.Equal(("below", KillOutcome.Killed, KillMode.Emergency), (left.ChildRuns[0].RunId.Value, left.ChildRuns[0].Outcome, left.ChildRuns[0].Mode));
        Assert.Equal("parent run top: stuck since noon", left.Reason);
        Assert.Equal("Running", await StateAsync("stranger"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Parent_ReachesRunsBelowAChildThatIsOver()
    {
        await _engine.AddAsync("top");
        await AddChildAsync("over", "top", "Exited");
        await AddChildAsync("below", "over");

        KillPreview preview = await _engine.Kills.PreviewAsync(RunId.Parse("top"));
        KillReport report = await _engine.Kills.KillAsync(RunId.Parse("top"), Engine.Emergency);

        Assert.Equal("below", Assert.Single(preview.ChildRuns).Value);
        Assert.Equal("below", Assert.Single(report.ChildRuns).RunId.Value);
        Assert.Equal("Killed", await StateAsync("below"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_FinishedParent_EndsWhatIsStillBelowIt()
    {
        await _engine.AddAsync("top", run => run with { State = RunState.Exited });
        await AddChildAsync("child", "top");

        KillReport report = await _engine.Kills.KillAsync(RunId.Parse("top"), Engine.Emergency);

        Assert.Equal(KillOutcome.AlreadyExited, report.Outcome);
        Assert.Equal(KillOutcome.Killed, Assert.Single(report.ChildRuns).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ChildOfAnotherHost_IsEndedOnTheParentsGround()
    {
        await _engine.AddAsync("top");
        await AddChildAsync("child", "top", launchedBy: "host:other");

        await _engine.Kills.KillAsync(RunId.Parse("top"), Engine.Emergency);

        Assert.Equal("Killed", await StateAsync("child"));
        AuditEntry ground = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Authorized" && entry.RunId == RunId.Parse("child"));
        Assert.Equal("child run of top", ground.Details["ground"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_RefusedForTheParent_TouchesNoChild()
    {
        await _engine.AddAsync("top");
        await AddChildAsync("child", "top");

        await _engine.Kills.KillAsync(RunId.Parse("top"), new KillRequest("stuck since noon", WorkflowPrincipal.Host("other")));

        _engine.Log.AssertNothingSignalled();
        Assert.Equal("Running", await StateAsync("child"));
    }

    [Fact(Timeout = 30_000)]
    public async Task KillMany_WithAnUnknownRun_EndsNone()
    {
        await _engine.AddAsync("a");

        await Assert.ThrowsAsync<RunNotFoundException>(() => _engine.Kills.KillManyAsync([RunId.Parse("a"), RunId.Parse("none")], Engine.Emergency));
        _engine.Log.AssertNothingSignalled();
    }

    [Fact(Timeout = 30_000)]
    public async Task KillMany_Runs_ReportsInTheOrderAskedFor()
    {
        await _engine.AddAsync("a");
        await _engine.AddAsync("b");

        IReadOnlyList<KillReport> reports = await _engine.Kills.KillManyAsync([RunId.Parse("b"), RunId.Parse("a"), RunId.Parse("b")], Engine.Emergency);

        Assert.Equal(["b", "a", "b"], reports.Select(report => report.RunId.Value));
        Assert.Equal(2, _engine.Log.Count("SIGKILL"));
    }

    [Fact]
    public void Cascade_LongReason_IsCutToTheRuleAndNeverInsideACharacter()
    {
        for (int length = KillReason.MaximumLength - 30; length <= KillReason.MaximumLength; length++)
        {
            string reason = string.Concat(Enumerable.Repeat("😀", length / 2));
            KillRequest cascade = ChildRuns.Cascade(RunId.Parse("p" + new string('x', length % 2)), new KillRequest(reason, WorkflowPrincipal.Host("x")));

            Assert.True(cascade.Reason.Length <= KillReason.MaximumLength);
            Assert.False(char.IsHighSurrogate(cascade.Reason[^1]));
        }
    }
}
