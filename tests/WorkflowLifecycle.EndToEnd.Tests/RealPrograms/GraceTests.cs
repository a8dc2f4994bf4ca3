using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.EndToEnd.Tests.Shutdown;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>What users of others complained of: grace that is waited for in vain, twice, or not at all.</summary>
public sealed class GraceTests : RealProgramTest
{
    [Theory(Timeout = Limit)]
    [Trait("Issue", "kubernetes#24695")]
    [InlineData("exec sleep 300")]
    [InlineData("sleep 300 & wait")]
    [InlineData("trap 'exit 0' TERM; while :; do sleep 0.05; done")]
    public async Task Grace_OfARunWithNothingInFlight_IsNotWaitedFor(string script)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"echo ready; {script}"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 30));

        AssertLeftAtOnce(report);
        Assert.Equal("nothing in flight", report.Steps.Single(step => step.Name == "quiesce").Outcome);
    }

    [Fact(Timeout = Limit)]
    [Trait("Issue", "kubernetes#24695")]
    public async Task Grace_WithAPhaseThatAnswersLateThatThereIsNothing_SaysThatThereWasNothing()
    {
        using ManualResetEventSlim never = new();
        int looks = 0;
        ScriptedPhase late = new("late")
        {
            Look = _ =>
            {
                never.Wait(Interlocked.Increment(ref looks) == 1 ? 300 : 0);
                return [];
            },
        };
        Engine engine = Start(services: services => services.AddSingleton<IShutdownPhase>(late));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"echo ready; {Stays}"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        AssertDidNotWait(report, "late");
        Assert.True(late.Executions >= 1);
    }

    [Fact(Timeout = Limit)]
    [Trait("Issue", "kubernetes#115817")]
    public async Task Grace_UsedUpByWorkInFlight_IsNotGivenAgainForLeaving()
    {
        const double Grace = 6;
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { WorkingDirectory = Work });
        await using IAsyncDisposable section = await process.EnterCriticalSectionAsync(CriticalSectionKind.Git, "push");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(Grace));

        Assert.True(report.Outcome == KillOutcome.Killed, Describe(report));
        Assert.Equal(PhaseOutcome.CeilingReached, Find(report, "git").Outcome);

        // Waiting and leaving together; twice the grace would be twelve seconds.
        Assert.InRange(report.DurationMs, 1000 * Grace * 0.95, 1000 * (Grace + 5.5));
        Assert.True(report.Steps.Where(step => step.Name is "quiesce" or "safe-point" or "terminate").Sum(step => step.DurationMs) <= 1000 * (Grace + 5), Describe(report));
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    [Trait("Issue", "pm2#1522")]
    public async Task Grace_ThatTheUserSet_IsGivenWhole()
    {
        // Longer than what a program gets by default: it saves for as long as the user said that it may.
        Engine engine = Start(configure: options => options.TerminateCeiling = TimeSpan.FromSeconds(40));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(
            engine, "trap 'sleep 11; echo whole > saved; exit 6' TERM; echo ready; while :; do sleep 0.05; done") with
        {
            Termination = new TerminationLadder { Scope = TerminationScope.MainProcess },
        });

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 40));

        Assert.True((report.Outcome, report.ExitCode) == (KillOutcome.ExitedGracefully, 6), Describe(report));
        Assert.Equal("whole\n", await File.ReadAllTextAsync(InWork("saved")));
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    [Trait("Issue", "pm2#1522")]
    public async Task Grace_ThatTheUserSet_IsNotExceeded()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful(seconds: 2));

        Assert.True(report.Outcome == KillOutcome.Killed, Describe(report));
        Assert.InRange(report.DurationMs, 1900, 7500);
        AssertNobodyLeft(report);
    }
}
