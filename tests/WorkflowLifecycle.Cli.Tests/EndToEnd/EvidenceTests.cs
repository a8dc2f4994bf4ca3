using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class EvidenceTests : ToolRoom
{
    private const string Canary = "Zq7canary";

    [Fact(Timeout = Limit)]
    public async Task I_can_see_what_a_run_does_and_what_it_did_before_it_was_killed()
    {
        string id = await DetachAsync("echo half way; sleep 300 & wait");

        JsonElement taken = Assert.Single((await JsonAsync("evidence", id, "--take")).EnumerateArray());
        Assert.Equal(2, taken.GetProperty("processes").GetArrayLength());
        Assert.Equal("Running", await StateAsync(id));

        JsonElement receipt = await JsonAsync("kill", id, "--evidence", "--reason", "the test is over");
        Assert.Contains(receipt.GetProperty("steps").EnumerateArray(), step => step.GetProperty("name").GetString() == "evidence" && step.GetProperty("outcome").GetString() == "2 processes");

        ToolResult shown = await RunAsync("evidence", id, "--kill", receipt.GetProperty("killId").GetString()!);
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("sleep 300", shown.Out, StringComparison.Ordinal);
        Assert.Contains("half way", shown.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await JsonAsync("evidence", id)).GetArrayLength());
        Assert.Equal(3, (await RunAsync("evidence", id, "--take")).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_see_what_a_dotnet_program_is_executing()
    {
        // It waits for its own run, and so for ever. With a place of its own for its diagnostics port, which a kill leaves behind.
        string id = await DetachAsync($"export TMPDIR={Room} DOTNET_EnableDiagnostics=1; echo ready; exec '{ToolRun.Program}' wait \"$WORKFLOW_LIFECYCLE_RUN_ID\"");
        string all = string.Empty;
        await UntilAsync(async () => (all = (await RunAsync("evidence", id, "--take")).Out).Contains("System.Threading.Monitor.Wait(", StringComparison.Ordinal));

        Assert.Contains("managed-stacks", all, StringComparison.Ordinal);
        Assert.Contains($": .NET {Environment.Version}, ", all, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S66")]
    public async Task Nothing_that_I_am_shown_has_a_secret_in_it()
    {
        Variables["DB_PASSWORD"] = Canary;
        string program = Path.Combine(Room, "agent.py");
        await File.WriteAllTextAsync(program, $"import time\nf=open('{Room}/get?token={Canary}','w')\nprint('password: {Canary}',flush=True)\ntime.sleep(60)", TestContext.Current.CancellationToken);
        ToolResult launched = await RunAsync("run", "--detach", "--", "python3", program, "--password", $"a b {Canary}", $"https://user:{Canary}@host/");
        string id = launched.Out.Trim();
        await UntilAsync(async () => (await RunAsync("logs", id)).Out.Contains("password", StringComparison.Ordinal));

        ToolResult[] seen =
        [
            await RunAsync("evidence", id, "--take"),
            await RunAsync("kill", id, "--evidence", "--reason", "the test is over"),
            await RunAsync("evidence", id),
            await RunAsync("evidence", id, "--json"),
            await RunAsync("show", id, "--json"),
            await RunAsync("audit", id, "--json"),
        ];

        Assert.Contains("get?token=***", seen[2].Out, StringComparison.Ordinal);
        Assert.Contains("password: ***", seen[2].Out, StringComparison.Ordinal);
        Assert.All(seen, result => Assert.Equal((0, false), (result.ExitCode, (result.Out + result.Error).Contains(Canary, StringComparison.Ordinal))));
        Assert.All(Directory.GetFiles(Room, "runs.db*"), file => Assert.DoesNotContain(Canary, File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal));
    }
}
