using NSubstitute;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Recovery;

/// <summary>A main program that is over before its tree.</summary>
public sealed class MainExitTests : IAsyncDisposable
{
    private static readonly ExitNotice _exit = new(3, null);

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<(RunRecord Row, IReadOnlyList<ProcessSnapshot> Left)> RecordAsync(Func<RunRecord, RunRecord> change, ExitNotice exit, params ProcessSnapshot[] processes)
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => change(row with { Leftovers = LeftoverPolicy.Keep }));
        held.Tree = new ProcessListing([.. processes], Truncated: false);
        IReadOnlyList<ProcessSnapshot> left = await _engine.Get<MainExits>().RecordAsync(run.RunId, exit);
        return (await _engine.RowAsync(run.RunId), left);
    }

    [Fact(Timeout = 30_000)]
    public async Task Record_ManyThatAreLeft_NamesFive()
    {
        (RunRecord row, IReadOnlyList<ProcessSnapshot> left) = await RecordAsync(
            row => row, _exit, [.. Enumerable.Range(301, 7).Select(pid => Sample.Snapshot(pid, "d")), Sample.Snapshot(400, "gone") with { State = 'Z' }]);

        Assert.Equal("the main program exited with code 3 and left d (PID 301), d (PID 302), d (PID 303), d (PID 304), d (PID 305) and 2 more", row.Status);
        Assert.Equal((3, RunState.Running, 7), (row.ExitCode, row.State, left.Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task Record_NameWithControlCharacters_IsSaidWithoutThem()
    {
        (RunRecord row, _) = await RecordAsync(row => row, _exit, Sample.Snapshot(301, "d\u001b[2J\n"));

        Assert.Equal("the main program exited with code 3 and left d [2J  (PID 301)", row.Status);
        Assert.Equal(row.Status, (await _engine.Store.ReadEventsAsync(default, 10)).Single(told => told.Kind == "run.main-exited").Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task Record_Signal_IsSaid()
    {
        (RunRecord row, _) = await RecordAsync(row => row, new ExitNotice(null, 9), Sample.Snapshot(301, "d"));

        Assert.Equal((null, 9, "the main program was ended by signal 9 and left d (PID 301)"), (row.ExitCode, row.ExitSignal, row.Status));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ReadinessSource.Undeclared, "Running")]
    [InlineData(ReadinessSource.Notify, "Initializing")]
    public async Task Record_RunThatWasNotReady_IsReadyUnlessSomethingElseWasDeclared(ReadinessSource declared, string state)
    {
        (RunRecord row, _) = await RecordAsync(row => row with { State = RunState.Initializing, Readiness = declared }, _exit, Sample.Snapshot(301, "d"));

        Assert.Equal((3, state), (row.ExitCode, row.State.Name));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("Stopping")]
    [InlineData("KillUnconfirmed")]
    [InlineData("Exited")]
    public async Task Record_RunThatIsBeingKilledOrOver_LeavesItsRow(string state)
    {
        (RunRecord row, IReadOnlyList<ProcessSnapshot> left) = await RecordAsync(row => row with { State = new RunState(state) }, _exit, Sample.Snapshot(301, "d"));

        Assert.Equal((null, null, 0), (row.ExitCode, row.Status, left.Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task Record_NobodyLeft_LeavesItsRow() => Assert.Null((await RecordAsync(row => row, _exit)).Row.ExitCode);

    [Fact(Timeout = 30_000)]
    public async Task Reconcile_RunWhoseHostDied_LearnsThatItsMainProgramIsOver()
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Leftovers = LeftoverPolicy.Keep });
        held.Status = new HoldStatus { RootPid = 200, RootExited = true, Exit = _exit, StatusText = "serving" };
        _engine.Platform.Look(run.Host).Returns(ProcessPresence.Gone);

        RunRecord found = (await _engine.Registry.FindAsync(run.RunId, TestContext.Current.CancellationToken))!;
        RunRecord again = (await _engine.Registry.FindAsync(run.RunId, TestContext.Current.CancellationToken))!;

        Assert.Equal((3, RunState.Running), (found.ExitCode, found.State));
        Assert.StartsWith("the main program exited with code 3 and left agent (PID 200)", again.Status, StringComparison.Ordinal);
        Assert.Equal(found.Version, again.Version);
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_EndWithoutAWordOfTheExit_KeepsTheExitCode()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { ExitCode = 3, Status = "left" });

        RunRecord ended = await _engine.Get<RunFinisher>().FinishAsync(run, new EndNotice { Proof = EndProof.CgroupEmpty });

        Assert.Equal((3, RunState.Exited, "left"), (ended.ExitCode, ended.State, ended.Status));
    }

    [Fact(Timeout = 30_000)]
    public async Task Finish_LeftoversThatNobodySaw_AreInTheRowAndInTheAudit()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        RunRecord ended = await _engine.Get<RunFinisher>().FinishAsync(run, Sample.Left with { Leftovers = 2, Cause = EndCause.Leftovers });

        Assert.Equal("the main program exited with code 0 and left 2 processes behind", ended.Status);
        Assert.Equal("2", Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Exited").Details["leftovers"]);
    }
}
