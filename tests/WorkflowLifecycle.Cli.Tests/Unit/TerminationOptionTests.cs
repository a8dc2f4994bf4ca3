using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>How <c>run</c> is told to tell the program to leave.</summary>
public sealed class TerminationOptionTests
{
    private static async Task<LaunchRequest> LaunchAsync(params string[] options)
    {
        CommandLine cli = new();
        LaunchRequest? seen = null;
        cli.Launcher.LaunchAsync(Arg.Do<LaunchRequest>(request => seen = request), default).ReturnsForAnyArgs(new ScriptedProcess().Ends(0));
        Assert.Equal(0, await cli.RunAsync(["run", .. options, "--", "x"]));
        return seen!;
    }

    [Theory]
    [InlineData("SIGINT:5,SIGTERM", "2/5 15/")]
    [InlineData("int,term:0.5", "2/ 15/0.5")]
    [InlineData("15", "15/")]
    [InlineData(" SIGQUIT , 10 : 86400", "3/ 10/86400")]
    [InlineData("SIGUSR1:1,64", "10/1 64/")]
    public async Task Signals_AreReadInOrder(string text, string steps)
    {
        LaunchRequest request = await LaunchAsync("--terminate", text.Replace(" : ", ":", StringComparison.Ordinal));

        Assert.Equal(steps, string.Join(' ', request.Termination.Steps.Select(step =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{step.Signal}/{step.Wait?.TotalSeconds}"))));
        Assert.Equal(TerminationScope.WholeTree, request.Termination.Scope);
        Assert.Equal(InputMode.Null, request.Input);
    }

    [Fact]
    public async Task Line_KeepsStandardInputOpen()
    {
        LaunchRequest request = await LaunchAsync("--terminate", "line:quit now: please,SIGTERM", "--terminate-main");

        Assert.Equal(InputMode.Pipe, request.Input);
        Assert.Equal("quit now: please", request.Termination.Steps[0].Text);
        Assert.Equal(15, request.Termination.Steps[1].Signal);
        Assert.Equal(TerminationScope.MainProcess, request.Termination.Scope);
    }

    [Fact]
    public async Task Nothing_LeavesTheDefaults()
    {
        LaunchRequest request = await LaunchAsync();

        Assert.Same(TerminationLadder.Default, request.Termination);
        Assert.Equal(LeftoverPolicy.End, request.Leftovers);
    }

    [Fact]
    public async Task MainOnly_IsTheDefaultSignalToTheMainProcess()
    {
        LaunchRequest request = await LaunchAsync("--terminate-main", "--leftovers", "keep");

        Assert.Equal(TerminationScope.MainProcess, request.Termination.Scope);
        Assert.Equal(15, Assert.Single(request.Termination.Steps).Signal);
        Assert.Equal(LeftoverPolicy.Keep, request.Leftovers);
    }

    [Theory]
    [InlineData("--terminate", "SIGNOPE", "'SIGNOPE' is no signal")]
    [InlineData("--terminate", "", "'' is no signal")]
    [InlineData("--terminate", "SIGTERM,", "'' is no signal")]
    [InlineData("--terminate", "0", "'0' is no signal")]
    [InlineData("--terminate", "65", "'65' is no signal")]
    [InlineData("--terminate", "-15", "'-15' is no signal")]
    [InlineData("--terminate", "SIG", "'SIG' is no signal")]
    [InlineData("--terminate", "SIGKILL", "no program can answer 'SIGKILL'")]
    [InlineData("--terminate", "19", "no program can answer '19'")]
    [InlineData("--terminate", "SIGTERM:0", "above 0 and at most 86400")]
    [InlineData("--terminate", "SIGTERM:86401", "above 0 and at most 86400")]
    [InlineData("--terminate", "SIGTERM:soon", "above 0 and at most 86400")]
    [InlineData("--terminate", "SIGTERM:", "above 0 and at most 86400")]
    [InlineData("--terminate", "line:a\nb", "no line break")]
    [InlineData("--terminate", "1,1,1,1,1,1,1,1,1,1,1", "1 to 10 steps")]
    [InlineData("--leftovers", "maybe", "one of end, keep")]
    public async Task ABadValue_NamesTheOptionAndTheRule(string option, string value, string words)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("run", option, value, "--", "x"));

        Assert.Contains(option + (option == "--terminate" ? ":" : string.Empty), cli.Error, StringComparison.Ordinal);
        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }

    [Fact]
    public async Task Line_OfADetachedRun_IsRefused()
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync("run", "--detach", "--terminate", "line:quit", "--", "x"));
        Assert.Contains("--detach", cli.Error, StringComparison.Ordinal);
    }
}
