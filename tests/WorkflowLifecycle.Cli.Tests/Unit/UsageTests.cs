using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>Command lines that are wrong: exit code 2, what is wrong, what to type instead, and nothing done.</summary>
public sealed class UsageTests
{
    [Theory]
    [Trait("Scenario", "S59")]
    [InlineData(null, "--reason is missing")]
    [InlineData("", "required")]
    [InlineData("   ", "required")]
    [InlineData("ab", "too short")]
    [InlineData("\u200b\u200b\u200b", "too short")]
    [InlineData("a\nb c", "control characters")]
    public async Task Kill_WithABadReason_Is2AndOpensNothing(string? reason, string words)
    {
        CommandLine cli = new();
        string[] arguments = reason is null ? ["kill", "run_1"] : ["kill", "run_1", "--reason", reason];

        Assert.Equal(2, await cli.RunAsync(arguments));
        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }

    [Theory]
    [InlineData("show", "run_1")]
    [InlineData("kill", "run_1", "--reason", "stuck since noon")]
    public async Task Help_AfterAFailure_LooksInTheSameStore(params string[] arguments)
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Task.FromException<KillReport>(new RunNotFoundException(Sample.Id, "here")));

        Assert.Equal(3, await cli.RunAsync([.. arguments, "--store", typeof(UsageTests).Assembly.Location]));

        Assert.Contains($"workflowctl ps --all --store {typeof(UsageTests).Assembly.Location}", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "S59")]
    public async Task Kill_WithAReasonOver1000Characters_Is2()
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("kill", "run_1", "--reason", new string('x', 1001)));
        Assert.Contains("too long", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "S59")]
    public async Task Kill_WithABadReasonAndAllElseWrong_NamesTheReasonFirst()
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("kill", "../bad id", "--grace", "-3"));
        Assert.Contains("--reason is missing", cli.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("86401")]
    [InlineData("infinity")]
    [InlineData("NaN")]
    [InlineData("1e3")]
    [InlineData("ten")]
    [InlineData("")]
    [InlineData("0.000000001")]
    public async Task Kill_WithABadGrace_NamesTheRange(string grace)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--grace", grace));
        Assert.Contains("above 0 and at most 86400", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }

    [Theory]
    [InlineData("0.5", 500)]
    [InlineData("86400", 86_400_000)]
    public async Task Kill_WithAGrace_PassesIt(string grace, int milliseconds)
    {
        CommandLine cli = new();
        cli.Kills.KillAsync(default, default!, default).ReturnsForAnyArgs(Sample.Report());

        Assert.Equal(0, await cli.RunAsync("kill", "run_1", "--reason", "stuck since noon", "--grace", grace));
        await cli.Kills.Received().KillAsync(RunId.Parse("run_1"),
            Arg.Is<KillRequest>(request => request.GracePeriod == TimeSpan.FromMilliseconds(milliseconds) && request.Door == "cli" && request.RequestedBy == cli.Caller),
            Arg.Any<CancellationToken>());
    }

    [Theory]
    [InlineData("show", "../etc")]
    [InlineData("show", "")]
    [InlineData("tree", "a b")]
    [InlineData("wait", "über")]
    [InlineData("logs", "_x")]
    [InlineData("audit", "a/b")]
    public async Task AnyVerb_WithABadRunId_Is2AndStatesTheRule(string verb, string runId)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync(verb, runId));
        Assert.Contains("1 to 128 characters", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "S72")]
    public async Task Kill_OfANegativeNumber_Is2AndOpensNothing()
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("kill", "-1", "--reason", "stuck since noon"));
        Assert.Empty(cli.Opened);
    }

    [Theory]
    [InlineData("zork")]
    [InlineData]
    [InlineData("ps", "--zork")]
    [InlineData("show")]
    [InlineData("kill", "run_1", "--zork", "--reason", "stuck since noon")]
    [InlineData("kill", "--reason", "stuck since noon")]
    [InlineData("kill", "run_1", "--workflow", "w", "--reason", "stuck since noon")]
    [InlineData("kill", "--state", "Exited", "--yes", "--reason", "stuck since noon")]
    [InlineData("run")]
    [InlineData("run", "--")]
    [InlineData("run", "--", "")]
    [InlineData("run", "echo", "hi")]
    [InlineData("run", "echo", "--", "hi")]
    [InlineData("run", "--zork", "--", "echo")]
    [InlineData("run", "--run-id", "../x", "--", "echo")]
    [InlineData("run", "--workdir", "", "--", "echo")]
    [InlineData("run", "--workdir", "/tmp/a/..", "--work-directory", "delete", "--", "echo")]
    [InlineData("run", "--workdir", "../a", "--work-directory", "delete", "--", "echo")]
    [InlineData("ps", "--store", "")]
    [InlineData("completion", "tcsh")]
    public async Task AnyVerb_Misused_Is2WithHelpAndOpensNothing(params string[] arguments)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync(arguments));
        Assert.StartsWith("error: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains("help:  ", cli.Error, StringComparison.Ordinal);
        Assert.Contains("workflowctl", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Out);
        Assert.Empty(cli.Opened);
    }

    [Fact]
    public async Task Run_AfterTheDashes_LeavesEveryWordToTheProgram()
    {
        CommandLine cli = new();
        LaunchRequest? seen = null;
        cli.Launcher.LaunchAsync(Arg.Do<LaunchRequest>(request => seen = request), default).ReturnsForAnyArgs(new ScriptedProcess().Ends(0));

        Assert.Equal(0, await cli.RunAsync("run", "--workflow", "w", "--", "git", "checkout", "--", "--detach", "--help", "@file", "--json", "[suggest]"));
        Assert.Equal("git", seen!.Program);
        Assert.Equal(["checkout", "--", "--detach", "--help", "@file", "--json", "[suggest]"], seen.Arguments);
        Assert.Equal("w", seen.Workflow);
        Assert.Equal(OnHostExit.Kill, seen.OnHostExit);
        Assert.Same(cli.Caller, seen.LaunchedBy);
    }

    [Fact]
    public async Task Ps_WithHostileText_PassesItLiterally()
    {
        CommandLine cli = new();
        const string Hostile = "x'; DROP TABLE workflow_processes; --%_";

        Assert.Equal(0, await cli.RunAsync("ps", "--workflow", Hostile));
        await cli.Registry.Received().SearchAsync(Arg.Is<RunQuery>(query => query.Workflow == Hostile), Arg.Any<CancellationToken>());
    }
}
