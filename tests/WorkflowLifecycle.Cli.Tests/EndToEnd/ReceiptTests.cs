using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>What was there at the end of a run, and what remained, for people and programs.</summary>
public sealed class ReceiptTests : ToolRoom
{
    private static readonly string[] _lines = ["cgroup", "shim", "run-directory"];

    [Fact(Timeout = Limit)]
    public async Task I_read_the_receipt_of_a_run_that_ended_by_itself()
    {
        Assert.Equal(0, (await RunAsync("run", "--run-id", "over", "--", "true")).ExitCode);

        JsonElement receipt = await JsonAsync("show", "over", "--receipt");
        ToolResult text = await RunAsync("show", "over", "--receipt");

        Assert.Equal(("over", "Exited"), (receipt.GetProperty("runId").GetString(), receipt.GetProperty("state").GetString()));
        Assert.Equal(JsonValueKind.Null, receipt.GetProperty("killId").ValueKind);
        Assert.Equal(_lines, receipt.GetProperty("cleanup").EnumerateArray().Select(line => line.GetProperty("cleaner").GetString()));
        Assert.All(receipt.GetProperty("cleanup").EnumerateArray(), line =>
        {
            Assert.Equal(("Clean", 1, 1, 0), (line.GetProperty("outcome").GetString(), line.GetProperty("found").GetArrayLength(), line.GetProperty("cleaned").GetArrayLength(), line.GetProperty("remaining").GetArrayLength()));
            Assert.True(line.GetProperty("durationMs").GetDouble() >= 0);
        });
        Assert.Empty(receipt.GetProperty("openDebts").EnumerateArray());
        Assert.Contains("Clean: 1 found, 1 freed, 0 left", text.Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_read_the_receipt_of_a_kill()
    {
        string id = await DetachAsync("sleep 60");
        Assert.Equal(0, (await RunAsync("kill", id, "--emergency", "--reason", "stuck in a test")).ExitCode);

        JsonElement receipt = await JsonAsync("show", id, "--receipt");

        Assert.StartsWith("kill_", receipt.GetProperty("killId").GetString(), StringComparison.Ordinal);
        Assert.Equal(_lines, receipt.GetProperty("cleanup").EnumerateArray().Select(line => line.GetProperty("cleaner").GetString()));
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_that_a_run_is_not_over_yet()
    {
        string id = await DetachAsync("sleep 60");

        ToolResult text = await RunAsync("show", id, "--receipt");

        Assert.Equal(0, text.ExitCode);
        Assert.Contains("not over yet", text.Out + text.Error, StringComparison.Ordinal);
    }
}
