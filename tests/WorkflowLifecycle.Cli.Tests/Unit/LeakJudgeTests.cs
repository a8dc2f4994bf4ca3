using WorkflowLifecycle.Cli.Leaks;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class LeakJudgeTests
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly KnownStore _store = new("/store.db", null, null);

    private static RunTraces Traces(bool hasDirectory = true, ProcessPresence host = ProcessPresence.Gone, bool holdsIntent = false, string? internalId = "id") => new()
    {
        InternalId = internalId,
        Host = host,
        HoldsIntent = holdsIntent,
        Remains = hasDirectory ? new RunRemains { RunId = Sample.Id, InternalId = "id", Containment = new ContainmentRecord { Strength = ContainmentStrength.BestEffort, RunDirectory = "/r" } } : null,
        Things = [new Trace { Kind = TraceKind.Process, Name = "sleep", Pid = 4711 }],
    };

    private static KnownRow Row(RunState state, TimeSpan? ago = null, EndProof proof = EndProof.CgroupAndReaperEmpty) =>
        new(Sample.Run() with { State = state, EndedAt = ago is { } span ? _now - span : null, Proof = proof }, _store);

    private static LeakVerdict Verdict(RunTraces traces, KnownRow? row = null, string? closed = null, StoreSight own = StoreSight.Gone) =>
        LeakJudge.Judge(traces, row, closed, own, _now).Verdict;

    [Fact]
    public void Judge_RowOfALiveRun_IsLive() => Assert.Equal(LeakVerdict.Live, Verdict(Traces(), Row(RunState.Running)));

    [Fact]
    public void Judge_RowOfAStateThatIsNotKnown_IsLive() => Assert.Equal(LeakVerdict.Live, Verdict(Traces(), Row(new RunState("Hibernating"))));

    [Fact]
    public void Judge_RowThatEndedAMomentAgo_IsLive() => Assert.Equal(LeakVerdict.Live, Verdict(Traces(), Row(RunState.Killed, TimeSpan.FromSeconds(5))));

    [Fact]
    public void Judge_RowThatIsOver_IsALeak() => Assert.Equal(LeakVerdict.Stray, Verdict(Traces(), Row(RunState.Killed, TimeSpan.FromMinutes(5)), closed: "/other.db"));

    [Theory]
    [InlineData(ProcessPresence.Gone, LeakVerdict.Unknown)]
    [InlineData(ProcessPresence.Unknown, LeakVerdict.Unknown)]
    [InlineData(ProcessPresence.OtherBoot, LeakVerdict.Stray)]
    internal void Judge_RowThatIsOverWithoutProof_IsALeakOnlyAfterARestart(ProcessPresence host, LeakVerdict verdict) =>
        Assert.Equal(verdict, Verdict(Traces(host: host), Row(RunState.EndedUnproven, TimeSpan.FromMinutes(5), EndProof.None)));

    [Fact]
    public void Judge_NoRowAndStoreGoneAndHostGone_IsALeak() => Assert.Equal(LeakVerdict.Stray, Verdict(Traces()));

    [Fact]
    public void Judge_NothingOfItRuns_IsALeftover() => Assert.Equal(LeakVerdict.Leftover, Verdict(Traces() with { Things = [] }));

    [Fact]
    public void Judge_NoRowButAStoreThatCannotBeOpened_IsUnknown() => Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(), closed: "/other.db"));

    [Fact]
    public void Judge_NoRunDirectoryOfOurs_IsUnknown() => Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(hasDirectory: false)));

    [Fact]
    public void Judge_OnlyAMarkInTheEnvironment_IsUnknownWhateverARowSays() =>
        Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(hasDirectory: false, internalId: null), Row(RunState.Killed, TimeSpan.FromMinutes(5))));

    [Theory]
    [InlineData(ProcessPresence.Present)]
    [InlineData(ProcessPresence.Unknown)]
    [InlineData(ProcessPresence.Elsewhere)]
    public void Judge_HostThatMayLive_IsUnknown(ProcessPresence host) => Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(host: host)));

    [Fact]
    public void Judge_IntentThatNoStoreTook_IsUnknown() => Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(holdsIntent: true)));

    [Fact]
    public void Judge_StoreNotSaidOrClosed_IsUnknown()
    {
        Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(), own: StoreSight.NotSaid));
        Assert.Equal(LeakVerdict.Unknown, Verdict(Traces(), own: StoreSight.Closed));
    }
}
