using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>The table of exit codes, row by row.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public void Codes_AreTheContract() => Assert.Equal(
        [0, 1, 2, 3, 4, 5, 6, 125, 126, 127, 130],
        [
            ExitCodes.Ok, ExitCodes.Failed, ExitCodes.Usage, ExitCodes.NotFound, ExitCodes.Denied, ExitCodes.KillUnconfirmed,
            ExitCodes.StoreUnavailable, ExitCodes.NotRun, ExitCodes.NotExecutable, ExitCodes.ProgramNotFound, ExitCodes.Interrupted,
        ]);

    [Theory]
    [InlineData(KillOutcome.Killed, 0)]
    [InlineData(KillOutcome.ExitedGracefully, 0)]
    [InlineData(KillOutcome.AlreadyExited, 0)]
    [InlineData(KillOutcome.EndedUnproven, 0)]
    [InlineData(KillOutcome.Denied, 4)]
    [InlineData(KillOutcome.KillUnconfirmed, 5)]
    public async Task Kill_Outcome_HasItsCode(KillOutcome outcome, int code)
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report(outcome));

        Assert.Equal(code, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon"));
    }

    [Fact]
    public async Task Kill_Several_ReturnsTheWorst()
    {
        CommandLine cli = new();
        cli.Kills.KillManyAsync(default!, default!, default).ReturnsForAnyArgs(
            [Sample.Report(), Sample.Report(KillOutcome.KillUnconfirmed), Sample.Report(KillOutcome.Denied)]);

        Assert.Equal(5, await cli.RunAsync("kill", "run_1", "run_2", "run_3", "--reason", "stuck since noon"));
    }

    [Theory]
    [InlineData(new int[0], 0)]
    [InlineData(new[] { 0, 0 }, 0)]
    [InlineData(new[] { 0, 4 }, 4)]
    [InlineData(new[] { 4, 5, 0 }, 5)]
    [InlineData(new[] { 1, 4 }, 4)]
    public void Worst_OfSeveral_FollowsTheOrder(int[] codes, int worst) => Assert.Equal(worst, ExitCodes.Worst(codes));

    [Theory]
    [InlineData("show")]
    [InlineData("tree")]
    [InlineData("logs")]
    [InlineData("audit")]
    public async Task Reading_AnUnknownRun_Is3(string verb)
    {
        CommandLine cli = new();

        Assert.Equal(3, await cli.RunAsync(verb, "run_nobody"));
        Assert.Contains("workflowctl ps --all", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ForAnUnknownRun_Is3()
    {
        CommandLine cli = new();
        cli.Registry.WaitForEndAsync(default, default).ThrowsAsyncForAnyArgs(new RunNotFoundException(Sample.Id, "memory"));

        Assert.Equal(3, await cli.RunAsync("wait", "run_nobody"));
    }

    [Fact]
    public async Task Killing_AnUnknownRun_Is3()
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ThrowsAsyncForAnyArgs(new RunNotFoundException(Sample.Id, "memory"));

        Assert.Equal(3, await cli.RunAsync("kill", "run_nobody", "--reason", "stuck since noon"));
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("show", "run_1")]
    [InlineData("kill", "run_1", "--reason", "stuck since noon")]
    [InlineData("run", "--", "true")]
    public async Task AnyVerb_WithoutItsStore_Is6(params string[] arguments)
    {
        CommandLine cli = new() { OpeningFails = new StoreUnavailableException("The file is not a database.") };

        Assert.Equal(6, await cli.RunAsync(arguments));
        Assert.Contains("workflowctl doctor", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LaunchStage.ProgramMissing, 127)]
    [InlineData(LaunchStage.ProgramNotExecutable, 126)]
    [InlineData(LaunchStage.WorkingDirectory, 125)]
    [InlineData(LaunchStage.Containment, 125)]
    [InlineData(LaunchStage.Shim, 125)]
    [InlineData(LaunchStage.StandardStreams, 125)]
    [InlineData(LaunchStage.Spawn, 125)]
    public async Task Run_ThatFailsAtAStage_HasItsCode(LaunchStage stage, int code)
    {
        CommandLine cli = new();
        cli.Launcher.LaunchAsync(default!, default).ThrowsAsyncForAnyArgs(new LaunchFailedException(stage, "no such file", "/nowhere/x"));

        Assert.Equal(code, await cli.RunAsync("run", "--", "x"));
        Assert.Contains("help:", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithAnIdInUse_Is125AndNamesTheState()
    {
        CommandLine cli = new();
        cli.Launcher.LaunchAsync(default!, default).ThrowsAsyncForAnyArgs(new RunAlreadyRegisteredException(Sample.Id, RunState.Killed));

        Assert.Equal(125, await cli.RunAsync("run", "--run-id", Sample.Id.Value, "--", "x"));
        Assert.Contains("Killed", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UnderAnUnknownParent_Is125()
    {
        CommandLine cli = new();
        cli.Launcher.LaunchAsync(default!, default).ThrowsAsyncForAnyArgs(new RunNotFoundException(Sample.Id, "memory"));

        Assert.Equal(125, await cli.RunAsync("run", "--parent", Sample.Id.Value, "--", "x"));
    }

    [Fact]
    public async Task Run_ThatCannotBeKept_Is125()
    {
        CommandLine cli = new();
        cli.Launcher.LaunchAsync(default!, default).ThrowsAsyncForAnyArgs(new KeepNotAvailableException("A supervisor would end it."));

        Assert.Equal(125, await cli.RunAsync("run", "--detach", "--", "x"));
    }

    [Theory]
    [InlineData(0, null, 0)]
    [InlineData(7, null, 7)]
    [InlineData(null, 9, 137)]
    [InlineData(null, 15, 143)]
    [InlineData(null, null, 1)]
    public async Task Run_InTheForeground_ReturnsTheProgramsCode(int? exitCode, int? signal, int code)
    {
        CommandLine cli = new();
        cli.Launcher.LaunchAsync(default!, default).ReturnsForAnyArgs(new ScriptedProcess().Ends(exitCode, signal));

        Assert.Equal(code, await cli.RunAsync("run", "--", "x"));
    }

    [Fact]
    public async Task AnyVerb_WithAnUnforeseenFault_Is1AndSaysWhich()
    {
        CommandLine cli = new();
        cli.Registry.SearchAsync(default!, default).ThrowsAsyncForAnyArgs(new InvalidOperationException("the sky fell"));

        Assert.Equal(1, await cli.RunAsync("ps"));
        Assert.Contains("InvalidOperationException: the sky fell", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_Interrupted_Is130()
    {
        CommandLine cli = new();
        cli.Registry.WaitForEndAsync(default, default)
            .ReturnsForAnyArgs(call => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.Arg<CancellationToken>()).ContinueWith<RunRecord>(
                _ => throw new OperationCanceledException(), TaskScheduler.Default));
        Task<int> running = cli.RunAsync("wait", "run_1");

        Assert.True(cli.Interrupts.Raise());

        Assert.Equal(130, await running);
    }
}
