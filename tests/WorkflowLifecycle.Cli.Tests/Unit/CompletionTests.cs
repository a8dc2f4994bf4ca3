using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class CompletionTests
{
    private static async Task<string[]> CompleteAsync(CommandLine cli, string line)
    {
        Assert.Equal(0, await cli.RunAsync($"[suggest:{line.Length}]", line));
        return cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _workflowctl workflowctl")]
    [InlineData("zsh", "#compdef workflowctl")]
    [InlineData("fish", "complete -c workflowctl")]
    public async Task Script_OfAShell_IsPrinted(string shell, string line)
    {
        CommandLine cli = new();

        Assert.Equal(0, await cli.RunAsync("completion", shell));
        Assert.Contains(line, cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_OfAVerb_OffersVerbs() => Assert.Contains("kill", await CompleteAsync(new CommandLine(), "workflowctl ki"));

    [Fact]
    public async Task Completion_OfAnOption_OffersOptions() =>
        Assert.Contains("--emergency", await CompleteAsync(new CommandLine(), "workflowctl kill run_1 --em"));

    [Fact]
    public async Task Completion_OfARun_OffersLiveRuns()
    {
        CommandLine cli = new();
        cli.Store.SearchRunsAsync(default!, default).ReturnsForAnyArgs(new ValueTask<RunPage>(new RunPage([Sample.Run()], null)));

        Assert.Contains(Sample.Id.Value, await CompleteAsync(cli, "workflowctl show run_"));
    }

    [Fact]
    public async Task Completion_OfAState_OffersLiveStates() =>
        Assert.Contains("Initializing", await CompleteAsync(new CommandLine(), "workflowctl kill --state Init"));

    [Fact]
    public async Task Completion_WithoutAStore_OffersNothingAndSaysNothing()
    {
        CommandLine cli = new() { OpeningFails = new StoreUnavailableException("The file is not a database.") };

        Assert.DoesNotContain(await CompleteAsync(cli, "workflowctl show run_"), line => line.StartsWith("run_", StringComparison.Ordinal));
        Assert.Empty(cli.Error);
    }

    [Theory]
    [InlineData("workflowctl critical da", "database")]
    [InlineData("workflowctl run --terminate SIGI", "SIGINT")]
    [InlineData("workflowctl run --leftovers ke", "keep")]
    [InlineData("workflowctl run --ready no", "notify")]
    [InlineData("workflowctl run --termi", "--terminate-main")]
    [InlineData("workflowctl cri", "critical")]
    [InlineData("workflowctl evidence run_1 --ta", "--take")]
    public async Task Completion_OfWhatIsChosenFromAFew_OffersIt(string line, string offered) =>
        Assert.Contains(offered, await CompleteAsync(new CommandLine(), line));

    [Theory]
    [InlineData]
    [InlineData("run")]
    [InlineData("ps")]
    [InlineData("show")]
    [InlineData("tree")]
    [InlineData("logs")]
    [InlineData("wait")]
    [InlineData("audit")]
    [InlineData("doctor")]
    [InlineData("leaks")]
    [InlineData("kill")]
    [InlineData("completion")]
    [InlineData("critical")]
    [InlineData("evidence")]
    public async Task Help_OfEveryVerb_HasExamples(params string[] verb)
    {
        CommandLine cli = new();

        Assert.Equal(0, await cli.RunAsync([.. verb, "--help"]));
        Assert.Contains("Examples:", cli.Out, StringComparison.Ordinal);
        Assert.Contains("workflowctl", cli.Out, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }
}
