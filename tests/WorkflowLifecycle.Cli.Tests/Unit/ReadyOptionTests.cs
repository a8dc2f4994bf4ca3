using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

/// <summary>How <c>run</c> is told when the program is ready.</summary>
public sealed class ReadyOptionTests
{
    [Theory]
    [InlineData(null, ReadinessSource.Undeclared, null)]
    [InlineData("output", ReadinessSource.Undeclared, null)]
    [InlineData("notify", ReadinessSource.Notify, null)]
    [InlineData("api", ReadinessSource.Api, null)]
    [InlineData("pattern:listening on: \\d+", ReadinessSource.OutputPattern, "listening on: \\d+")]
    public async Task Ready_IsDeclaredToTheLaunch(string? ready, ReadinessSource source, string? pattern)
    {
        CommandLine cli = new();
        LaunchRequest? seen = null;
        cli.Launcher.LaunchAsync(Arg.Do<LaunchRequest>(request => seen = request), default).ReturnsForAnyArgs(new ScriptedProcess().Ends(0));

        Assert.Equal(0, await cli.RunAsync(["run", .. ready is null ? Array.Empty<string>() : ["--ready", ready], "--", "x"]));

        Assert.Equal(source, seen!.Readiness?.Source ?? ReadinessSource.Undeclared);
        Assert.Equal(pattern, seen.Readiness?.Pattern?.ToString());
    }

    [Theory]
    [InlineData("soon", "It is one of: notify")]
    [InlineData("", "It is one of: notify")]
    [InlineData("Notify", "It is one of: notify")]
    [InlineData("pattern:", "--ready: ")]
    [InlineData("pattern:(?=x)", "linear time")]
    [InlineData("pattern:(", "linear time")]
    [InlineData("pattern:x", "detached", "--detach")]
    public async Task ABadValue_NamesTheOptionAndTheRule(string ready, string words, params string[] more)
    {
        CommandLine cli = new();

        Assert.Equal(2, await cli.RunAsync(["run", "--ready", ready, .. more, "--", "x"]));

        Assert.Contains("--ready", cli.Error, StringComparison.Ordinal);
        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", cli.Error, StringComparison.Ordinal);
        Assert.Empty(cli.Opened);
    }
}
