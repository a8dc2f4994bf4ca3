using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class KillTests : ToolRoom
{
    private const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

    [Fact(Timeout = Limit)]
    public async Task I_can_detach_look_and_kill_from_another_process()
    {
        string id = await DetachAsync("echo hello; sleep 300 & setsid sleep 300 & wait", "--workflow", "builder");

        JsonElement run = Assert.Single((await JsonAsync("ps")).EnumerateArray());
        Assert.Equal(id, run.GetProperty("runId").GetString());
        Assert.Equal("builder", run.GetProperty("workflow").GetString());
        Assert.Equal(3, (await JsonAsync("tree", id)).GetProperty("processes").GetArrayLength());

        JsonElement receipt = await JsonAsync("kill", id, "--reason", "the test is over", "--emergency");

        Assert.Equal("Killed", receipt.GetProperty("outcome").GetString());
        Assert.True(receipt.GetProperty("processesBefore").GetArrayLength() >= 3 || receipt.GetProperty("processesTruncated").GetBoolean());
        Assert.Equal(0, receipt.GetProperty("survivors").GetArrayLength());
        Assert.Empty((await JsonAsync("ps")).EnumerateArray());
        Assert.Equal("Killed", (await JsonAsync("wait", id)).GetProperty("state").GetString());
        Assert.Equal("hello\n", (await RunAsync("logs", id)).Out);
        string[] stages = [.. (await JsonAsync("audit", id)).EnumerateArray().Select(entry => entry.GetProperty("stage").GetString()!)];
        Assert.Contains("IntentWritten", stages);
        Assert.Contains("ProvenDead", stages);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_kill_what_is_over_already()
    {
        string id = await DetachAsync("exit 3");
        ToolResult waited = await RunAsync("wait", id);
        Assert.Contains("exit code 3", waited.Out, StringComparison.Ordinal);

        ToolResult result = await RunAsync("kill", id, "--reason", "too late");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("AlreadyExited", result.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_for_what_it_waits_and_another_can_escalate()
    {
        string id = await DetachAsync(Stubborn);
        ToolRun waiting = Start("kill", id, "--reason", "please leave", "--json");
        await waiting.SaysAsync("Waiting");
        Assert.Contains($"workflowctl kill {id} --emergency --reason 'please leave'", waiting.Error, StringComparison.Ordinal);
        Assert.Contains(" sh", waiting.Error, StringComparison.Ordinal);

        JsonElement emergency = await JsonAsync("kill", id, "--emergency", "--reason", "now please");
        ToolResult first = await waiting.WaitAsync();

        Assert.Equal(0, first.ExitCode);
        JsonElement graceful = JsonDocument.Parse(first.Out).RootElement;
        Assert.Equal(emergency.GetProperty("killId").GetString(), graceful.GetProperty("killId").GetString());
        Assert.Equal("Emergency", graceful.GetProperty("mode").GetString());
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_give_it_less_grace()
    {
        string id = await DetachAsync(Stubborn);

        JsonElement receipt = await JsonAsync("kill", id, "--grace", "0.3", "--reason", "in a hurry");

        Assert.Equal("Killed", receipt.GetProperty("outcome").GetString());
        // A timer may fire a moment before its time by another clock.
        Assert.InRange(receipt.GetProperty("durationMs").GetDouble(), 280, 5000);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_stop_waiting_without_taking_the_kill_back()
    {
        string id = await DetachAsync(Stubborn);
        ToolRun waiting = Start("kill", id, "--reason", "please leave");
        await waiting.SaysAsync("Waiting");

        await waiting.SignalAsync("INT");
        ToolResult result = await waiting.WaitAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Contains("not taken back", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("kill", id, "--emergency", "--reason", "enough waiting")).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_look_first_and_nothing_is_ended()
    {
        string id = await DetachAsync("sleep 300", "--workflow", "builder");

        ToolResult named = await RunAsync("kill", id, "--dry-run", "--emergency", "--reason", "only looking");
        ToolResult selected = await RunAsync("kill", "--workflow", "builder", "--dry-run", "--reason", "only looking");

        Assert.Equal(0, named.ExitCode);
        Assert.Contains("would end", named.Out, StringComparison.Ordinal);
        Assert.Contains("sleep 300", selected.Out, StringComparison.Ordinal);
        Assert.NotEqual("Stopping", await StateAsync(id));
        Assert.Contains("sleep 300", (await RunAsync("tree", id)).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("IntentWritten", (await RunAsync("audit", id)).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_must_confirm_a_selection_where_nobody_can_be_asked()
    {
        string id = await DetachAsync("sleep 300", "--workflow", "builder");
        string other = await DetachAsync("sleep 300", "--workflow", "other");

        ToolResult refused = await RunAsync("kill", "--workflow", "builder", "--reason", "clean slate");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--yes", refused.Error, StringComparison.Ordinal);
        Assert.NotEqual("Killed", await StateAsync(id));

        JsonElement receipts = await JsonAsync("kill", "--workflow", "builder", "--yes", "--emergency", "--reason", "clean slate");
        Assert.Equal(id, Assert.Single(receipts.EnumerateArray()).GetProperty("runId").GetString());
        Assert.Equal(other, Assert.Single((await JsonAsync("ps")).EnumerateArray()).GetProperty("runId").GetString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("y\n", 0, "Killed")]
    [InlineData("n\n", 1, "Running")]
    public async Task I_am_asked_on_a_terminal(string answer, int exitCode, string state)
    {
        string id = await DetachAsync("echo ready; sleep 300", "--workflow", "builder");
        await WaitForStateAsync(id, "Running");

        ToolResult result = await OnTerminalAsync("workflowctl kill --workflow builder --emergency --reason 'clean slate'", answer);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("End 1 run? [y/N]", result.Out, StringComparison.Ordinal);
        Assert.Equal(state, await StateAsync(id));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S72")]
    public async Task I_cannot_kill_the_run_that_I_am_part_of()
    {
        ToolResult result = await RunAsync("run", "--run-id", "own", "--", ToolRun.Program, "kill", "own", "--emergency", "--reason", "sawing the branch");

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("Denied", result.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_kill_a_run_with_its_child_runs()
    {
        string parent = await DetachAsync("sleep 300");
        string child = await DetachAsync("sleep 300", "--parent", parent);
        JsonElement tree = await JsonAsync("tree", parent);
        Assert.Equal(child, tree.GetProperty("childRuns")[0].GetProperty("runId").GetString());

        Assert.Equal(0, (await RunAsync("kill", parent, "--emergency", "--reason", "the whole family")).ExitCode);

        Assert.Empty((await JsonAsync("ps")).EnumerateArray());
    }

    private async Task WaitForStateAsync(string id, string state)
    {
        while (await StateAsync(id) != state)
        {
            await Task.Delay(50);
        }
    }
}
