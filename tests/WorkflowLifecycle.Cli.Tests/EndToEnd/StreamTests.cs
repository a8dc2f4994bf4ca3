namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>The output of a program in the foreground is the program's own, byte by byte.</summary>
public sealed class StreamTests : ToolRoom
{
    [Theory(Timeout = Limit)]
    [InlineData("head -c 3000000 /dev/urandom > original; cat original")]
    [InlineData("printf 'a\\r\\nb\\0\\377\\376 no end' > original; cat original")]
    [InlineData("printf '\\n\\n\\n' > original; cat original")]
    [InlineData(": > original")]
    public async Task I_get_every_byte_unchanged(string script)
    {
        ToolResult result = await ShellAsync(
            $"workflowctl run -- sh -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)}' > copy; cmp original copy && echo same; " +
            "workflowctl run -- sh -c 'cat original >&2' 2> copy; cmp original copy && echo same");

        Assert.Equal("same\nsame\n", result.Out);
    }

    [Fact(Timeout = Limit)]
    public async Task I_see_a_prompt_and_a_progress_bar_at_once()
    {
        ToolRun run = Start("run", "--run-id", "asks", "--", "sh", "-c", "printf '10%%\\r20%%\\rName? '; exec sleep 60");

        await run.SaysAsync("10%\r20%\rName? ");

        await run.SignalAsync("INT");
        Assert.Equal(130, (await run.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_make_the_program_wait_while_I_do_not_read_and_lose_nothing()
    {
        ToolResult result = await ShellAsync("workflowctl run -- sh -c 'seq 500000; date +%s.%N > written' | (sleep 2; date +%s.%N > read; cksum); seq 500000 | cksum");

        string[] sums = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(sums[1], sums[0]);
        Assert.True(await TimeAsync("written") > await TimeAsync("read"), "The program was done before anybody read: its output was kept somewhere in between.");
    }

    [Theory(Timeout = Limit)]
    [InlineData("run", "--run-id", "unread", "--", "sh", "-c", "yes; yes >&2")]
    [InlineData("run", "--run-id", "unread", "--", "sh", "-c", "yes & yes >&2")]
    public async Task I_can_kill_it_from_elsewhere_though_nobody_reads(params string[] arguments)
    {
        Task<ToolResult> piped = ShellAsync($"(workflowctl {string.Join(' ', arguments.Select(argument => $"'{argument}'"))} 2>&1; echo $? > code) | until [ -e read ] || [ ! -d '{Room}' ]; do sleep 0.2; done");
        await UntilAsync(async () => (await RunAsync("ps")).Out.Contains("Running", StringComparison.Ordinal));

        ToolResult killed = await RunAsync("kill", "unread", "--emergency", "--reason", "nobody reads it");

        Assert.Equal(0, killed.ExitCode);
        await UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(Room, "code")) && File.ReadAllText(Path.Combine(Room, "code")) == "137\n"));
        Assert.False(piped.IsCompleted);
        await File.WriteAllTextAsync(Path.Combine(Room, "read"), string.Empty, TestContext.Current.CancellationToken);
        await piped;
    }

    [Fact(Timeout = Limit)]
    public async Task I_become_ready_by_the_first_byte_even_without_a_line()
    {
        ToolRun run = Start("run", "--run-id", "ready", "--", "sh", "-c", "printf .; exec sleep 60");

        await run.SaysAsync(".");

        await UntilAsync(async () => await StateAsync("ready") == "Running");
        await run.SignalAsync("INT");
        Assert.Equal(130, (await run.WaitAsync()).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_may_close_one_stream_and_go_on_reading_the_other()
    {
        ToolResult result = await ShellAsync(
            "workflowctl run -- sh -c 'trap \"\" PIPE; sleep 0.5; echo lost; sleep 0.5; echo lost; echo kept >&2; exit 3' 2> error | true; echo ${PIPESTATUS[0]}; grep -c kept error");

        Assert.Equal("3\n1\n", result.Out);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_when_the_disk_is_full_and_the_run_is_over()
    {
        ToolResult result = await ShellAsync("workflowctl run --run-id full -- yes > /dev/full; echo $?");

        Assert.Equal("143\n", result.Out);
        Assert.Contains("cannot be passed on", result.Error, StringComparison.Ordinal);
        Assert.Equal("Exited", await StateAsync("full"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_lose_nothing_in_a_pipe_that_somebody_made_non_blocking()
    {
        ToolResult result = await ShellAsync(
            "(perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK)'; workflowctl run -- seq 200000) | (sleep 2; cksum); seq 200000 | cksum");

        string[] sums = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(sums[1], sums[0]);
        Assert.Empty(result.Error);
    }

    [Theory(Timeout = Limit)]
    [InlineData("workflowctl run -- echo x > /dev/full")]
    [InlineData("workflowctl run -- echo x >&-")]
    [InlineData("workflowctl run -- sh -c 'echo x; sleep 1; exit 0' > /dev/full")]
    public async Task I_do_not_take_lost_output_for_success(string line)
    {
        ToolResult result = await ShellAsync(line);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Output was lost", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_the_id_of_a_detached_run_even_when_it_cannot_be_printed()
    {
        ToolResult result = await ShellAsync("workflowctl run --run-id hidden --detach -- sleep 60 > /dev/full");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("hidden runs", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("kill", "hidden", "--reason", "end of the test")).ExitCode);
    }

    private async Task<double> TimeAsync(string file) =>
        double.Parse(await File.ReadAllTextAsync(Path.Combine(Room, file)), System.Globalization.CultureInfo.InvariantCulture);
}
