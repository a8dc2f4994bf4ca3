using NSubstitute;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class LogsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private RunRecord Run(RunRecord? from = null) => (from ?? Sample.Run()) with
    {
        Output = OutputMode.Files,
        Containment = Sample.Run().Containment! with { RunDirectory = _directory.Path },
    };

    [Fact]
    public async Task Logs_IntoAPipe_AreTheProgramsOwnBytes()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Run());
        await File.WriteAllTextAsync(_directory.File("stdout.log"), "\u001b[31mred\u001b[0m\r\n");
        await File.WriteAllTextAsync(_directory.File("stderr.log"), "trouble\n");

        Assert.Equal(0, await cli.RunAsync("logs", "run_1"));
        Assert.Equal("\u001b[31mred\u001b[0m\r\n", cli.Out);
        Assert.Equal("trouble\n", cli.Error);
    }

    [Theory]
    [Trait("Scenario", "S64")]
    [InlineData(false, "\\x1b[31mred\\x1b[0m\n")]
    [InlineData(true, "\u001b[31mred\u001b[0m\n")]
    public async Task Logs_OnATerminal_AreHarmlessUnlessRaw(bool raw, string expected)
    {
        CommandLine cli = new() { IsTerminal = true };
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Run());
        await File.WriteAllTextAsync(_directory.File("stdout.log"), "\u001b[31mred\u001b[0m\n");

        Assert.Equal(0, await cli.RunAsync(raw ? ["logs", "run_1", "--raw"] : ["logs", "run_1"]));
        Assert.Equal(expected, cli.Out);
    }

    [Fact]
    public async Task Logs_Followed_EndWithTheRun()
    {
        CommandLine cli = new();
        int asked = 0;
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(_ =>
        {
            if (++asked < 2)
            {
                return Run();
            }

            File.AppendAllText(_directory.File("stdout.log"), "last\n");
            return Run(Sample.Over());
        });
        await File.WriteAllTextAsync(_directory.File("stdout.log"), "first\n");

        Assert.Equal(0, await cli.RunAsync("logs", "run_1", "-f").WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("first\nlast\n", cli.Out);
    }

    [Fact]
    public async Task Logs_FollowedAndInterrupted_Is130WithoutWords()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Run());
        Task<int> running = cli.RunAsync("logs", "run_1", "--follow");

        cli.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Empty(cli.Error);
    }

    [Theory]
    [InlineData(OutputMode.Capture, "went to the process that launched it")]
    [InlineData(OutputMode.Discard, "was discarded")]
    public async Task Logs_WithoutFiles_SayWhatToUseInstead(OutputMode mode, string words)
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Run() with { Output = mode });

        Assert.Equal(1, await cli.RunAsync("logs", "run_1"));
        Assert.Contains(words, cli.Error, StringComparison.Ordinal);
        Assert.Contains("--detach", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_ThatRetentionRemoved_AreSaidToBeGone()
    {
        CommandLine cli = new();
        cli.Registry.FindAsync(default, default).ReturnsForAnyArgs(Sample.Over() with { Output = OutputMode.Files });

        Assert.Equal(1, await cli.RunAsync("logs", "run_1"));
        Assert.Contains("is gone", cli.Error, StringComparison.Ordinal);
    }
}
