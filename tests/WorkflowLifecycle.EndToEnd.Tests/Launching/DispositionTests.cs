using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>Signals as the program finds them, whatever its host has done to them.</summary>
public sealed class DispositionTests : EndToEndTest
{
    [Fact(Timeout = Limit)]
    public async Task Pipe_ThatNobodyReads_EndsItsWriter()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("{ yes; echo code $? >&2; } | head -1"));

        Assert.Equal(("y\n", "code 141\n"), (result.StandardOutput, result.StandardError));
    }

    [Fact(Timeout = Limit)]
    public async Task Signals_OfTheProgram_AreNeitherIgnoredNorBlocked()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Request("cat", "/proc/self/status"));

        string[] signals = [.. result.StandardOutput.Split('\n').Where(line => line.StartsWith("SigIgn", StringComparison.Ordinal) || line.StartsWith("SigBlk", StringComparison.Ordinal))];
        Assert.Equal(["SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"], signals);
    }

    [Fact(Timeout = Limit)]
    public async Task Signals_ThatTheHostInheritedAsIgnored_AreAtTheirDefaultForTheProgram()
    {
        const string host = "$SIG{$_} = 'IGNORE' for qw(HUP INT QUIT TERM CHLD USR1); exec @ARGV or die";

        HelperProcess process = StartHelper(
            "perl", "-e", host, HelperProcess.HostProgram, "launch", Room.Path, "ignored:1", "capture", "wait", "--", "grep", "-E", "^SigIgn:", "/proc/self/status");

        // SIGCHLD ignored: whoever waits for a child of its own never hears of it. The shim is not ours to wait for.
        Assert.Equal("Exited 0  SigIgn:\t0000000000000000", await process.ReadAsync("ended"));
        Assert.Equal(0, await process.WaitForExitAsync());
    }
}
