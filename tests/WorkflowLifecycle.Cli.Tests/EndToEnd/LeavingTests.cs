using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>How a program is told to leave, as <c>run</c> was told.</summary>
public sealed class LeavingTests : ToolRoom
{
    [Fact(Timeout = Limit)]
    public async Task I_choose_the_signals_and_each_gets_its_time()
    {
        string id = await DetachAsync(
            "trap 'echo INT' INT; trap 'echo USR1; exit 0' USR1; trap 'echo TERM; exit 1' TERM; echo ready; while :; do sleep 0.05; done", "--terminate", "int:0.5,SIGUSR1:5,15");
        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "ready\n");
        Assert.Contains("SIGINT (500ms), then SIGUSR1 (5s), then SIGTERM", (await RunAsync("show", id)).Out, StringComparison.Ordinal);

        JsonElement receipt = await JsonAsync("kill", id, "--reason", "it knows its signals");

        Assert.Equal("ExitedGracefully", receipt.GetProperty("outcome").GetString());
        Assert.Equal("ready\nINT\nUSR1\n", (await RunAsync("logs", id)).Out);
        Assert.InRange(receipt.GetProperty("durationMs").GetDouble(), 450, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task I_say_it_with_a_line_on_its_standard_input()
    {
        ToolRun run = Start("run", "--terminate", "line:quit now,SIGTERM", "--", "sh", "-c", "echo ready; read line; echo \"got $line\"");
        await run.SaysAsync("ready");

        await run.SignalAsync("INT");
        ToolResult result = await run.WaitAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("got quit now", result.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_tell_the_main_process_alone_and_it_ends_its_children_in_order()
    {
        string id = await DetachAsync(
            "sh -c 'trap \"echo child told\" TERM; while :; do sleep 0.05; done' & trap 'echo main told; exit 0' TERM; echo ready; while :; do sleep 0.05; done", "--terminate-main");
        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "ready\n");

        Assert.Equal(0, (await RunAsync("kill", id, "--reason", "main first")).ExitCode);

        Assert.Equal("ready\nmain told\n", (await RunAsync("logs", id)).Out);
    }

    [Fact(Timeout = Limit)]
    public async Task I_keep_what_the_program_leaves_behind()
    {
        string id = await DetachAsync("sleep 300 & echo left", "--leftovers", "keep");
        await UntilAsync(async () => (await RunAsync("logs", id)).Out == "left\n");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        Assert.Contains("sleep 300", (await RunAsync("tree", id)).Out, StringComparison.Ordinal);
        Assert.Contains("kept when the program exits", (await RunAsync("show", id)).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("kill", id, "--reason", "now it may go")).ExitCode);
    }
}
