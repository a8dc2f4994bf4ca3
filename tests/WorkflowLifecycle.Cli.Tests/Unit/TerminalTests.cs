using NSubstitute;
using WorkflowLifecycle.Cli.Terminal;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class TerminalTests
{
    private const char Escape = '\u001b';

    [Theory]
    [InlineData(null, "xterm", true)]
    [InlineData("", "xterm", true)]
    [InlineData("1", "xterm", false)]
    [InlineData("0", "xterm", false)]
    [InlineData(null, "dumb", false)]
    [InlineData(null, null, false)]
    public void Color_IsWanted_UnlessNoColorOrADumbTerminal(string? noColor, string? term, bool wanted) =>
        Assert.Equal(wanted, CliConsole.WantsColor(name => name == "NO_COLOR" ? noColor : term));

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, false, false)]
    public async Task Output_HasEscapes_OnlyInColor(bool isTerminal, bool usesColor, bool hasEscapes)
    {
        CommandLine cli = new() { IsTerminal = isTerminal, UsesColor = usesColor };
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([Sample.Run()], null));

        Assert.Equal(0, await cli.RunAsync("ps"));
        Assert.Equal(hasEscapes, cli.Out.Contains(Escape, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Table_IntoAPipe_IsCutNowhere()
    {
        CommandLine cli = new();
        string argument = new('x', 5000);
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([Sample.Run() with { Arguments = [argument] }], null));

        Assert.Equal(0, await cli.RunAsync("ps"));
        Assert.Contains(argument, cli.Out, StringComparison.Ordinal);
        Assert.Equal(2, cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Table_InAWindow_FitsIt()
    {
        CommandLine cli = new() { IsTerminal = true };
        cli.Registry.SearchAsync(default!, default).ReturnsForAnyArgs(new RunPage([Sample.Run() with { Arguments = [new string('x', 500)] }], null));

        Assert.Equal(0, await cli.RunAsync("ps"));
        Assert.All(cli.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal(2, cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Tree_OfADeepTree_ShowsEachProcessOnce()
    {
        const int Depth = 3000;
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run());
        cli.Registry.InspectAsync(default, default).ReturnsForAnyArgs([.. Enumerable.Range(10_000, Depth).Select(pid => Sample.Process(pid, pid - 1))]);

        Assert.Equal(0, await cli.RunAsync("tree", "run_1"));
        Assert.Equal(Depth + 1, cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Tree_WithACircle_ShowsEachProcessOnce()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Run());
        cli.Registry.InspectAsync(default, default).ReturnsForAnyArgs([Sample.Process(1, 2), Sample.Process(2, 1), Sample.Process(3, 3)]);

        Assert.Equal(0, await cli.RunAsync("tree", "run_1"));
        Assert.Equal(4, cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
