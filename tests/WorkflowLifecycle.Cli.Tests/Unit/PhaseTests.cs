using System.Text.Json;
using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>What a graceful kill waited for, as people and scripts read it.</summary>
public sealed class PhaseTests
{
    private static CommandLine Killing(params PhaseReport[] phases)
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report() with { Phases = phases });
        return cli;
    }

    private static PhaseReport Git(PhaseOutcome outcome, params AwaitedWork[] waitedFor) =>
        new() { Name = "git", Stage = ShutdownStage.Quiesce, Outcome = outcome, DurationMs = 2100, WaitedFor = waitedFor };

    [Fact]
    public async Task Receipt_SaysWhatWasWaitedFor()
    {
        CommandLine cli = Killing(
            Git(PhaseOutcome.Finished, new AwaitedWork("git push", 123, 2100, true)),
            new PhaseReport { Name = "file", Stage = ShutdownStage.Quiesce, Outcome = PhaseOutcome.CeilingReached, WaitedFor = [new AwaitedWork("out.bin", null, 10_000, false)] },
            new PhaseReport { Name = "database", Stage = ShutdownStage.Quiesce, Outcome = PhaseOutcome.NothingInFlight },
            new PhaseReport { Name = "drain", Stage = ShutdownStage.Terminate, Outcome = PhaseOutcome.NotAvailableHere, Message = "Only its host has it." });

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));

        Assert.Contains(
            "git Finished (waited 2.1s for git push, PID 123); file CeilingReached (not done after 10s for out.bin); drain NotAvailableHere: Only its host has it.",
            cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("database", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_OfWorkWhoseProcessWasNotAlwaysSeen_NamesItOnce()
    {
        CommandLine cli = Killing(Git(
            PhaseOutcome.Finished, new AwaitedWork("critical section git: push", null, 20, true), new AwaitedWork("critical section git: push", 7, 480, true)));

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));

        Assert.Contains("git Finished (waited 500ms for critical section git: push, PID 7)", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_WhereNothingWasInFlight_HasNoLineForIt()
    {
        CommandLine cli = Killing(Git(PhaseOutcome.NothingInFlight));

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));

        Assert.DoesNotContain("phases", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipt_AsJson_HoldsEveryPhase()
    {
        CommandLine cli = Killing(Git(PhaseOutcome.Finished, new AwaitedWork("git push", 123, 2100, true)), Git(PhaseOutcome.NothingInFlight) with { Name = "other" });

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--json"));

        JsonElement phase = cli.Json.GetProperty("phases")[0];
        Assert.Equal(["name", "stage", "outcome", "durationMs", "waitedFor", "message"], phase.EnumerateObject().Select(property => property.Name));
        Assert.Equal("Quiesce", phase.GetProperty("stage").GetString());
        Assert.Equal("Finished", phase.GetProperty("outcome").GetString());
        JsonElement work = phase.GetProperty("waitedFor")[0];
        Assert.Equal(["description", "pid", "durationMs", "isDone"], work.EnumerateObject().Select(property => property.Name));
        Assert.Equal("NothingInFlight", cli.Json.GetProperty("phases")[1].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Show_OfARun_SaysWhatItIsInTheMiddleOfAndHowItIsEnded()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run() with
        {
            Phases = ["git", "other"],
            Leftovers = LeftoverPolicy.Keep,
            Readiness = ReadinessSource.Notify,
            Termination = new TerminationLadder
            {
                Scope = TerminationScope.MainProcess,
                Steps = [TerminationStep.SendSignal(2, TimeSpan.FromSeconds(5)), TerminationStep.WriteLine("quit"), TerminationStep.RunCommand("pg_ctl", "stop")],
            },
        });
        cli.Registry.ReadCriticalSectionsAsync(default, default)
            .ReturnsForAnyArgs([new CriticalSection { Kind = CriticalSectionKind.Git, Name = "push \u001b[2J", Pid = 77 }]);

        Assert.Equal(0, await cli.RunAsync("show", "run_1"));
        Assert.Contains(@"Git: push \x1b[2J (PID 77)", cli.Out, StringComparison.Ordinal);
        Assert.Contains("Notify", cli.Out, StringComparison.Ordinal);
        Assert.Contains("git, other", cli.Out, StringComparison.Ordinal);
        Assert.Contains("SIGINT (5s), then the line 'quit', then pg_ctl stop (the main process alone)", cli.Out, StringComparison.Ordinal);
        Assert.Contains("kept when the program exits", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_AsJson_HoldsSectionsPhasesAndTermination()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run() with { Phases = ["git"] });
        cli.Registry.ReadCriticalSectionsAsync(default, default)
            .ReturnsForAnyArgs([new CriticalSection { Kind = CriticalSectionKind.Database, Name = "month end", Pid = 77 }]);

        Assert.Equal(0, await cli.RunAsync("show", "run_1", "--json"));

        JsonElement section = Assert.Single(cli.Json.GetProperty("criticalSections").EnumerateArray());
        Assert.Equal("Database month end 77", $"{section.GetProperty("kind")} {section.GetProperty("name")} {section.GetProperty("pid")}");
        Assert.Equal("git", cli.Json.GetProperty("phases")[0].GetString());
        Assert.Equal("End", cli.Json.GetProperty("leftovers").GetString());
        Assert.Equal("Undeclared", cli.Json.GetProperty("readiness").GetString());
        Assert.Equal("WholeTree", cli.Json.GetProperty("termination").GetProperty("scope").GetString());
        Assert.Equal(15, cli.Json.GetProperty("termination").GetProperty("steps")[0].GetProperty("signal").GetInt32());
    }

    [Fact]
    public async Task Show_OfARunThatIsOver_AsksForNoSections()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Over());

        Assert.Equal(0, await cli.RunAsync("show", "run_1", "--json"));

        Assert.Empty(cli.Json.GetProperty("criticalSections").EnumerateArray());
        await cli.Registry.DidNotReceiveWithAnyArgs().ReadCriticalSectionsAsync(default, default);
    }
}
