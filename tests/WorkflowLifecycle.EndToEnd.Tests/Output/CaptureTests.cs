using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Output;

/// <summary>Output that the host captures: the program never waits for us.</summary>
public sealed class CaptureTests : EndToEndTest
{
    private const int LongestLine = 64 * 1024;

    [Fact(Timeout = Limit)]
    public async Task Program_WhoseOutputNobodyReads_IsNotHeldUp()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Program("flood", "100000000", "done"));

        RunResult result = await process.WaitForExitAsync();

        Assert.Equal((RunState.Exited, 5), (result.State, result.ExitCode));
        Assert.True(File.Exists(Room.File("done")));
        Assert.True(result.OutputTruncated);
        Assert.EndsWith("999999\n", result.StandardOutput, StringComparison.Ordinal);
        Assert.InRange(result.StandardOutput.Length, 1_000_000, 1024 * 1024);
    }

    [Fact(Timeout = Limit)]
    public async Task Reader_ThatIsSlow_GetsEverythingInOrderFromTheStart()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Program("flood", "20000000", "done"));
        long expected = 0;
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            if (expected % 50_000 == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }

            Assert.Equal(expected++, long.Parse(line.Text, CultureInfo.InvariantCulture));
        }

        Assert.Equal(200_000, expected);
        Assert.Equal(5, (await process.WaitForExitAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Reader_ThatComesAfterTheEnd_StillGetsEverything()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchAsync(engine.Program("flood", "5000000", "done"));
        await process.WaitForExitAsync();

        int lines = 0;
        await foreach (OutputLine line in process.ReadOutputLinesAsync())
        {
            Assert.Equal(lines++, int.Parse(line.Text, CultureInfo.InvariantCulture));
        }

        Assert.Equal(50_000, lines);
    }

    [Fact(Timeout = Limit)]
    public async Task Line_ThatIsTooLong_IsCutWithAMark()
    {
        Engine engine = Start();
        List<OutputLine> lines = [];

        // Characters of two bytes at odd places: a cut must not tear one apart.
        await engine.Launcher.RunAsync(engine.Request("perl", "-e", "print 'a', \"\\xc3\\xa9\" x 100000, \"\\nnext\\n\""), lines.Add);

        Assert.Equal([true, true, true, false, false], lines.Select(line => line.IsCut));
        Assert.Equal("a" + new string('é', 100_000), string.Concat(lines.Take(4).Select(line => line.Text)));
        Assert.Equal("next", lines[4].Text);
        Assert.All(lines, line => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(line.Text), 0, LongestLine));
    }

    [Fact(Timeout = Limit)]
    public async Task Bytes_ThatAreNoUtf8_AreReplaced()
    {
        Engine engine = Start();
        List<OutputLine> lines = [];

        await engine.Launcher.RunAsync(engine.Request("perl", "-e", "print \"a\\xff\\xfeb\\r\\n\\0c\\n\", \"\\xff\" x 70000"), lines.Add);

        Assert.Equal(["a\uFFFD\uFFFDb", "\0c"], lines.Take(2).Select(line => line.Text));
        Assert.Equal(70_000, lines.Skip(2).Sum(line => line.Text.Length));
    }

    [Fact(Timeout = Limit)]
    public async Task Text_IsExactlyWhatWasWritten()
    {
        Engine engine = Start();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("printf '10%%\\r20%%\\r\\na\\r\\n\\303\\251 no end'; printf '\\n\\n' >&2"));

        Assert.Equal(("10%\r20%\r\na\r\né no end", "\n\n"), (result.StandardOutput, result.StandardError));
        Assert.False(result.OutputTruncated);
    }

    [Fact(Timeout = Limit)]
    public async Task Lines_OfBothStreams_AreTagged()
    {
        Engine engine = Start();
        List<OutputLine> lines = [];

        await engine.Launcher.RunAsync(engine.Shell("echo a; sleep 0.3; echo b >&2; sleep 0.3; printf c"), lines.Add);

        Assert.Equal([new(OutputStream.Output, "a"), new(OutputStream.Error, "b"), new(OutputStream.Output, "c")], lines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task Output_ThatAStrangerHoldsOpen_IsDrainedWithALimitAndMarked()
    {
        Engine engine = Start();
        Task<RunResult> running = engine.Launcher.RunAsync(engine.Shell("echo $$ > pid; echo said; read line < go; exit 3") with { RunId = RunId.Parse("held:1") });
        using (System.Diagnostics.Process fifo = System.Diagnostics.Process.Start("mkfifo", [Room.File("go")]))
        {
            await fifo.WaitForExitAsync();
        }

        await Wait.UntilAsync("the program runs", () => File.Exists(Room.File("pid")) && File.ReadAllText(Room.File("pid")).EndsWith('\n'));
        HelperProcess stranger = StartHelper("perl", Path.Combine(AppContext.BaseDirectory, "programs", "holder.pl"), File.ReadAllText(Room.File("pid")).Trim());
        await stranger.ReadAsync("held");
        await File.WriteAllTextAsync(Room.File("go"), "go\n");

        RunResult result = await running.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((RunState.Exited, 3, "said\n"), (result.State, result.ExitCode, result.StandardOutput));
        Assert.True(result.OutputTruncated);
        Assert.True(ProcessEntry.IsAlive(stranger.Pid));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task Output_ThatAGrandchildHoldsOpen_EndsWithItsTree()
    {
        Engine engine = Start(configure: options => options.LeftoverGrace = TimeSpan.FromMilliseconds(300));

        RunResult result = await engine.Launcher.RunAsync(engine.Program("hides", "talks", "setsid", "orphan", "leave")).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((3, 1, false), (result.ExitCode, result.Leftovers, result.OutputTruncated));
    }

    [Fact(Timeout = Limit)]
    public async Task Disposing_Detaches_AndTheProgramGoesOn()
    {
        Engine engine = Start();
        ITrackedProcess process = await engine.LaunchAsync(engine.Program("flood", "30000000", "done"));

        await process.DisposeAsync();

        Assert.Equal(5, (await process.WaitForExitAsync()).ExitCode);
        Assert.True(File.Exists(Room.File("done")));
    }
}
