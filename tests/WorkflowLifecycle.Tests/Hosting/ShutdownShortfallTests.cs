using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Shutdown;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Hosting;

/// <summary>What is said of phases that a host's end cut short.</summary>
public sealed class ShutdownShortfallTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private IReadOnlyList<string> Of(params KillReport[] reports) => ShutdownShortfall.Of(reports, _engine.Get<ShutdownPhases>(), TimeSpan.FromSeconds(10));

    private static KillReport Report(KillOutcome outcome, double? terminateMs, params PhaseReport[] phases) => new()
    {
        RunId = RunId.Parse("run_1"),
        KillId = KillId.New(TimeProvider.System),
        Outcome = outcome,
        Mode = KillMode.Graceful,
        Reason = "host shutdown",
        RequestedBy = "host:executor",
        Phases = phases,
        Steps = terminateMs is { } duration ? [new KillStep("terminate", duration, "ceiling reached")] : [],
    };

    private static PhaseReport Phase(string name, PhaseOutcome outcome, double seconds) =>
        new() { Name = name, Stage = ShutdownStage.Quiesce, Outcome = outcome, DurationMs = seconds * 1000 };

    [Fact]
    public void Of_RunsThatLeft_NamesNothing() => Assert.Empty(Of(
        Report(KillOutcome.ExitedGracefully, 20, Phase("git", PhaseOutcome.Finished, 3), Phase("file", PhaseOutcome.NothingInFlight, 0)),
        Report(KillOutcome.Denied, null)));

    [Fact]
    public void Of_PhasesThatHadAllTheirTime_NamesNothing() =>
        Assert.Empty(Of(Report(KillOutcome.Killed, 10_000, Phase("git", PhaseOutcome.CeilingReached, 30.02), Phase("unknown", PhaseOutcome.CeilingReached, 1))));

    [Fact]
    public void Of_PhasesThatWereCut_NamesTheLeastThatEachHad()
    {
        KillReport child = Report(KillOutcome.Killed, 2000, Phase("git", PhaseOutcome.Escalated, 4.04));
        KillReport parent = Report(KillOutcome.Killed, null, Phase("git", PhaseOutcome.CeilingReached, 12), Phase("database", PhaseOutcome.Failed, 1.25)) with { ChildRuns = [child] };

        Assert.Equal(["git had 4.0 s of 30 s", "database had 1.3 s of 15 s", "terminate had 0.0 s of 10 s"], Of(parent));
    }
}
