using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class ForegroundTests
{
    private static CommandLine Launching(ScriptedProcess process, bool isTerminal = false)
    {
        CommandLine cli = new() { IsTerminal = isTerminal };
        cli.Launcher.LaunchAsync(default!, default).ReturnsForAnyArgs(process);
        return cli;
    }

    [Fact]
    public async Task Output_GoesToItsOwnStreamAsItIs()
    {
        ScriptedProcess process = new ScriptedProcess()
            .Writes(OutputStream.Output, "one \u001b[31mred\u001b[0m\r\n")
            .Writes(OutputStream.Error, "trouble")
            .Writes(OutputStream.Output, "no line end")
            .Ends(0);
        CommandLine cli = Launching(process);

        Assert.Equal(0, await cli.RunAsync("run", "--", "x"));
        Assert.Equal("one \u001b[31mred\u001b[0m\r\nno line end", cli.Out);
        Assert.Equal("trouble", cli.Error);
        await cli.Launcher.Received(1).LaunchAsync(Arg.Is<LaunchRequest>(request => request.Output == OutputMode.Stream), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task Hint_IsForWhoWatches()
    {
        CommandLine watched = Launching(new ScriptedProcess().Ends(0), isTerminal: true);

        await watched.RunAsync("run", "--", "x");

        Assert.Contains($"workflowctl kill {Sample.Id} --reason", watched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detached_PrintsOnlyTheIdAndKeepsTheRun()
    {
        CommandLine cli = Launching(new ScriptedProcess());

        Assert.Equal(0, await cli.RunAsync("run", "--detach", "--", "x"));
        Assert.Equal(Sample.Id + Environment.NewLine, cli.Out);
        Assert.Contains("workflowctl logs", cli.Error, StringComparison.Ordinal);
        await cli.Launcher.Received().LaunchAsync(
            Arg.Is<LaunchRequest>(request => request.OnHostExit == OnHostExit.Keep && request.Output == OutputMode.Files), Arg.Any<CancellationToken>());
        await cli.Kills.DidNotReceiveWithAnyArgs().KillAsync(default, default!, default);
    }

    [Fact]
    public async Task Interrupt_Once_EndsTheRunGracefully()
    {
        ScriptedProcess process = new();
        CommandLine cli = Launching(process);
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(_ =>
        {
            process.Ends(null, 15);
            return Sample.Report(KillOutcome.ExitedGracefully);
        });
        Task<int> running = cli.RunAsync("run", "--", "x");

        Assert.True(cli.Interrupts.Raise());

        Assert.Equal(130, await running);
        await cli.Kills.Received(1).KillAsync(Sample.Id,
            Arg.Is<KillRequest>(request => request.Mode == KillMode.Graceful && request.Door == "cli"), CancellationToken.None);
    }

    [Fact]
    public async Task Interrupt_Twice_EndsTheRunAtOnce()
    {
        ScriptedProcess process = new();
        CommandLine cli = Launching(process);
        TaskCompletionSource<KillReport> graceful = new();
        TaskCompletionSource asked = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(call =>
        {
            if (call.Arg<KillRequest>().Mode == KillMode.Graceful)
            {
                asked.SetResult();
                return graceful.Task;
            }

            process.Ends(null, 9);
            return Task.FromResult(Sample.Report());
        });
        Task<int> running = cli.RunAsync("run", "--", "x");

        Assert.True(cli.Interrupts.Raise());
        await asked.Task;
        Assert.True(cli.Interrupts.Raise());
        Assert.False(cli.Interrupts.Second.IsCancellationRequested, "An echo of the first signal is no second one.");
        cli.InterruptClock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.True(cli.Interrupts.Raise());

        Assert.Equal(130, await running);
        await cli.Kills.Received(1).KillAsync(Sample.Id, Arg.Is<KillRequest>(request => request.Mode == KillMode.Emergency), CancellationToken.None);
    }

    [Fact]
    public async Task Interrupt_WhileTheKillWaits_SaysForWhat()
    {
        ScriptedProcess process = new();
        CommandLine cli = Launching(process);
        using ScriptedEvents events = new(cli);
        TaskCompletionSource<KillReport> graceful = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(graceful.Task);
        Task<int> running = cli.RunAsync("run", "--", "x");

        Assert.True(cli.Interrupts.Raise());
        await events.TellAsync(Sample.Id.Value, "kill.waiting", "git push (PID 12)");
        await events.TellAsync(Sample.Id.Value, "kill.waiting", string.Empty);
        process.Ends(null, 15);
        graceful.SetResult(Sample.Report(KillOutcome.ExitedGracefully));

        Assert.Equal(130, await running);
        Assert.Contains("Waiting for git push (PID 12).", cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting for .", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupt_ForTheThirdTime_IsLeftToTheSystem()
    {
        CommandLine cli = new();
        cli.Interrupts.HandlesSecond = true;

        Assert.True(cli.Interrupts.Raise());
        cli.InterruptClock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.True(cli.Interrupts.Raise());
        Assert.True(cli.Interrupts.Raise());
        cli.InterruptClock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.False(cli.Interrupts.Raise());
    }

    [Fact]
    public void Hangup_NeverInsists()
    {
        CommandLine cli = new();
        cli.Interrupts.HandlesSecond = true;

        for (int told = 0; told < 3; told++)
        {
            Assert.True(cli.Interrupts.Raise(insists: false));
            cli.InterruptClock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.True(cli.Interrupts.First.IsCancellationRequested);
        Assert.False(cli.Interrupts.Second.IsCancellationRequested);
    }

    [Fact]
    public async Task SecondInterrupt_OfAVerbThatKnowsNone_IsLeftToTheSystem()
    {
        CommandLine cli = new();
        TaskCompletionSource<RunRecord> never = new();
        cli.Registry.WaitForEndAsync(default, default).ReturnsForAnyArgs(never.Task);
        Task<int> running = cli.RunAsync("wait", "run_1");

        Assert.True(cli.Interrupts.Raise());
        cli.InterruptClock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.False(cli.Interrupts.Raise());

        never.SetResult(Sample.Over());
        await running;
    }
}
