namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class LogTests : ToolRoom
{
    [Fact(Timeout = Limit)]
    public async Task I_can_follow_until_the_run_is_over()
    {
        string id = await DetachAsync("for i in 1 2 3 4 5; do echo line $i; echo trouble $i >&2; sleep 0.2; done");

        ToolResult result = await RunAsync("logs", id, "-f");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("line 1\nline 2\nline 3\nline 4\nline 5\n", result.Out);
        Assert.Equal("trouble 1\ntrouble 2\ntrouble 3\ntrouble 4\ntrouble 5\n", result.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_read_output_that_was_rotated()
    {
        // Two files of 16 MiB are kept: of 40 MiB the last ones are there, in order and without a gap.
        string id = await DetachAsync("seq -f 'line %014.0f' 2000000 && echo end");
        Assert.Equal(0, (await RunAsync("wait", id)).ExitCode);

        ToolResult result = await ShellAsync(
            $"workflowctl logs {id} > log.txt; tail -n 1 log.txt; grep -c . log.txt; tail -n +2 log.txt | head -n -1 | awk 'NR > 1 && $2 != last + 1 {{ gaps++ }} {{ last = $2 }} END {{ print gaps + 0 }}'");

        string[] lines = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("end", lines[0]);
        Assert.InRange(int.Parse(lines[1], System.Globalization.CultureInfo.InvariantCulture), 16 * 1024 * 1024 / 20, 2 * 16 * 1024 * 1024 / 20 + 2);
        Assert.Equal("0", lines[2]);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_stop_following_with_an_interrupt_and_the_run_goes_on()
    {
        string id = await DetachAsync("echo ready; sleep 300");
        ToolRun following = Start("logs", id, "-f");
        await following.SaysAsync("ready");

        await following.SignalAsync("INT");

        Assert.Equal(130, (await following.WaitAsync()).ExitCode);
        Assert.Contains("sleep 300", (await RunAsync("tree", id)).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_where_the_output_of_a_foreground_run_went()
    {
        await RunAsync("run", "--run-id", "fore", "--", "echo", "hi");

        ToolResult result = await RunAsync("logs", "fore");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--detach", result.Error, StringComparison.Ordinal);
    }
}
