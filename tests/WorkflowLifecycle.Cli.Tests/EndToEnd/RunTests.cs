namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class RunTests : ToolRoom
{
    [Fact(Timeout = Limit)]
    public async Task I_can_run_a_program_and_get_its_streams_and_its_exit_code()
    {
        ToolResult result = await RunAsync("run", "--", "sh", "-c", "echo out; echo err >&2; printf 'no newline at the end'; exit 7");

        Assert.Equal(7, result.ExitCode);
        Assert.Equal("out\nno newline at the end", result.Out);
        Assert.Equal("err\n", result.Error);
    }

    [Theory(Timeout = Limit)]
    [InlineData(137, "--", "sh", "-c", "kill -9 $$")]
    [InlineData(143, "--", "sh", "-c", "kill $$")]
    [InlineData(0, "--", "true")]
    [InlineData(127, "--", "/nowhere/program")]
    [InlineData(127, "--", "no-such-program-at-all")]
    [InlineData(126, "--", "/etc/hostname")]
    [InlineData(126, "--", "/tmp")]
    [InlineData(125, "--workdir", "/nowhere", "--", "true")]
    [InlineData(125, "--parent", "run_nobody", "--", "true")]
    [InlineData(2, "--run-id", "../x", "--", "true")]
    [InlineData(2, "true")]
    [InlineData(6, "--store", "/tmp", "--", "true")]
    public async Task I_get_the_exit_code_that_says_what_happened(int exitCode, params string[] arguments)
    {
        ToolResult result = await RunAsync(["run", .. arguments]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(exitCode is 0 or > 128, result.Error.Length == 0);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_use_a_run_id_once()
    {
        Assert.Equal(0, (await RunAsync("run", "--run-id", "mine", "--", "true")).ExitCode);

        ToolResult again = await RunAsync("run", "--run-id", "mine", "--", "true");

        Assert.Equal(125, again.ExitCode);
        Assert.Contains("Exited", again.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task I_can_interrupt_and_the_program_may_clean_up(string signal)
    {
        ToolRun run = Start("run", "--run-id", "interrupted", "--", "sh", "-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        await run.SaysAsync("ready");

        await run.SignalAsync(signal);
        ToolResult result = await run.WaitAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("bye", result.Out, StringComparison.Ordinal);
        Assert.Contains("Press Ctrl-C again", result.Error, StringComparison.Ordinal);
        Assert.Equal("Exited", await StateAsync("interrupted"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_interrupt_twice_and_it_is_over_at_once()
    {
        ToolRun run = Start("run", "--run-id", "stubborn", "--", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await run.SaysAsync("ready");

        await run.SignalAsync("INT");
        await run.SaysAsync("gracefully");
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await run.SignalAsync("INT");
        ToolResult result = await run.WaitAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("Ending stubborn at once.", result.Error, StringComparison.Ordinal);
        Assert.Equal("Killed", await StateAsync("stubborn"));
        Assert.Equal("Emergency", (await JsonAsync("show", "stubborn")).GetProperty("lastKill").GetProperty("mode").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_put_it_under_timeout_and_the_echo_of_its_signal_is_no_second_interrupt()
    {
        ToolResult result = await ShellAsync("timeout 2 workflowctl run -- sh -c \"trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done\"");

        Assert.Contains("bye", result.Out, StringComparison.Ordinal);
        Assert.Contains("gracefully", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => line.StartsWith("Ending ", StringComparison.Ordinal));
    }

    [Theory(Timeout = Limit)]
    [InlineData("yes")]
    [InlineData("sh -c 'while :; do echo y; sleep 0.1; done'")]
    public async Task I_can_pipe_it_into_head_and_it_ends(string program)
    {
        ToolResult result = await ShellAsync($"workflowctl run --run-id piped -- {program} | head -n 2; echo ${{PIPESTATUS[0]}}");

        Assert.Equal("y\ny\n141\n", result.Out);
        Assert.Empty(result.Error);
        Assert.Equal("Exited", await StateAsync("piped"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_send_both_streams_to_one_file_that_others_append_to()
    {
        await ShellAsync("(echo before; workflowctl run -- sh -c 'echo one; sleep 0.2; echo two >&2'; echo after) > all.txt 2>&1");

        Assert.Equal("before\none\ntwo\nafter\n", await File.ReadAllTextAsync(Path.Combine(Room, "all.txt")));
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_run_many_lines_through_it_and_lose_none()
    {
        ToolResult result = await ShellAsync("workflowctl run -- seq 200000 | cksum; seq 200000 | cksum");

        string[] sums = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(sums[1], sums[0]);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_found_by_others_while_I_run_without_telling_them_the_store()
    {
        string elsewhere = Path.Combine(Room, "elsewhere.db");
        ToolRun run = Start("run", "--store", elsewhere, "--run-id", "found", "--", "sh", "-c", "echo ready; sleep 60");
        await run.SaysAsync("ready");
        Variables["WORKFLOW_LIFECYCLE_STORE"] = string.Empty;

        ToolResult listed = await RunAsync("ps");
        ToolResult ended = await RunAsync("kill", "found", "--reason", "found by its announcement");
        ToolResult result = await run.WaitAsync();

        Assert.Contains("found", listed.Out, StringComparison.Ordinal);
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(143, result.ExitCode);
        Assert.Contains("was ended by a kill", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("found", (await RunAsync("ps")).Out, StringComparison.Ordinal);
    }
}
