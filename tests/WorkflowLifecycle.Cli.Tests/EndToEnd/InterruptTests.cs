namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>What a person expects of Ctrl-C, of a signal to workflowctl and of a terminal that is closed.</summary>
public sealed class InterruptTests : ToolRoom
{
    private const string CtrlC = "\u0003";
    private const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    private const string Telling = "trap 'echo got INT' INT; trap 'echo got HUP' HUP; trap 'echo got TERM; exit 0' TERM; echo ready; while :; do sleep 0.05; done";

    private string Script(string text)
    {
        string path = Path.Combine(Room, "program.sh");
        File.WriteAllText(path, text);
        return path;
    }

    [Fact(Timeout = Limit)]
    public async Task I_press_ctrl_c_and_the_program_is_told_once_and_only_by_us()
    {
        ToolRun run = StartOnTerminal($"workflowctl run --run-id pressed -- sh {Script(Telling)}; echo code $?");
        await run.SaysAsync("ready");

        await run.PressAsync(CtrlC);
        ToolResult result = await run.WaitAsync();

        Assert.Contains("code 130", result.Out, StringComparison.Ordinal);
        Assert.Single(result.Out.Split('\n'), line => line.Contains("got ", StringComparison.Ordinal));
        Assert.Contains("got TERM", result.Out, StringComparison.Ordinal);
        Assert.Equal("Exited", await StateAsync("pressed"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_what_is_waited_for_and_may_insist()
    {
        ToolRun run = StartOnTerminal("workflowctl run --run-id busy -- workflowctl critical git --name 'push it' -- sh -c 'echo ready; exec sleep 60'; echo code $?");
        await run.SaysAsync("ready");

        await run.PressAsync(CtrlC);
        await run.SaysAsync("Waiting for critical section git: push it");
        await run.PressAsync(CtrlC);
        ToolResult result = await run.WaitAsync();

        Assert.Contains("code 130", result.Out, StringComparison.Ordinal);
        Assert.Contains("Ending busy at once.", result.Out, StringComparison.Ordinal);
        Assert.Equal("Killed", await StateAsync("busy"));
        Assert.Contains("git Escalated", (await RunAsync("kill", "busy", "--reason", "too late")).Out + await ReceiptAsync("busy"), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_interrupt_and_work_in_flight_is_finished()
    {
        ToolRun run = Start("run", "--run-id", "working", "--", "workflowctl", "critical", "file", "--", "sh", "-c", "echo ready; sleep 2; echo whole");
        await run.SaysAsync("ready");

        await run.SignalAsync("TERM");
        ToolResult result = await run.WaitAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("whole", result.Out, StringComparison.Ordinal);
        Assert.Contains("Waiting for critical section file: sh -c", result.Error, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task I_leave_with_a_third_signal_and_the_tree_is_ended(string signal)
    {
        ToolRun run = Start("run", "--run-id", "thrice", "--", "sh", "-c", Stubborn);
        await run.SaysAsync("ready");
        int pid = (await JsonAsync("show", "thrice")).GetProperty("pid").GetInt32();

        // Nothing can be written down any more, so nothing ends soon.
        await using ToolRun locker = await LockAsync();
        foreach (string said in (string[])["gracefully", "at once"])
        {
            await run.SignalAsync(signal);
            await run.SaysAsync(said);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }

        await run.SignalAsync(signal);
        ToolResult result = await run.WaitAsync();
        await UnlockAsync(locker);

        Assert.Equal(signal == "INT" ? 130 : 143, result.ExitCode);
        await UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{pid}")));
        Assert.Equal("Killed", await StateAsync("thrice"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_close_the_terminal_and_the_run_is_ended_gracefully()
    {
        string heard = Path.Combine(Room, "heard");
        ToolRun run = StartOnTerminal($"exec workflowctl run --run-id closed -- sh -c 'exec > {heard}; . {Script(Telling)}'");
        await UntilAsync(() => Task.FromResult(File.Exists(heard) && File.ReadAllText(heard) == "ready\n"));

        await run.SignalAsync("KILL");

        await UntilAsync(async () => await StateAsync("closed") == "Exited");
        Assert.Equal("ready\ngot TERM\n", await File.ReadAllTextAsync(heard));
    }

    [Fact(Timeout = Limit)]
    public async Task I_close_the_terminal_and_nohup_means_what_it_says()
    {
        string heard = Path.Combine(Room, "heard");
        ToolRun run = StartOnTerminal($"exec nohup workflowctl run --run-id kept -- sh -c 'exec > {heard}; echo ready; sleep 2; echo whole' > /dev/null 2>&1");
        await UntilAsync(() => Task.FromResult(File.Exists(heard) && File.ReadAllText(heard) == "ready\n"));

        await run.SignalAsync("KILL");

        await UntilAsync(async () => await StateAsync("kept") == "Exited");
        Assert.Equal("ready\nwhole\n", await File.ReadAllTextAsync(heard));
    }

    private async Task<string> ReceiptAsync(string id) => (await RunAsync("show", id, "--json")).Out;
}
