using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class StoreTests : ToolRoom
{
    [Fact(Timeout = Limit)]
    public async Task I_can_start_without_any_store_and_the_default_one_is_private()
    {
        Variables["WORKFLOW_LIFECYCLE_STORE"] = string.Empty;
        string file = Path.Combine(Room, "state", "workflow-lifecycle", "workflows.db");
        Assert.Equal(0, (await RunAsync("ps")).ExitCode);
        Assert.False(File.Exists(file));

        Assert.Equal(0, (await RunAsync("run", "--", "true")).ExitCode);

        Assert.Equal("600\n", (await ShellAsync($"stat -c %a {file}")).Out);
        Assert.Single(JsonDocument.Parse((await RunAsync("ps", "--all", "--json")).Out).RootElement.EnumerateArray());
    }

    [Theory(Timeout = Limit)]
    [InlineData("garbage")]
    [InlineData("directory")]
    [InlineData("missing")]
    public async Task I_am_told_what_is_wrong_with_a_store_and_it_is_left_alone(string kind)
    {
        string file = Path.Combine(Room, "bad");
        switch (kind)
        {
            case "garbage":
                await File.WriteAllTextAsync(file, "this is no database, and long enough to look like something");
                break;
            case "directory":
                Directory.CreateDirectory(file);
                break;
        }

        JsonElement error = (await JsonAsync("ps", "--store", file)).GetProperty("error");
        ToolResult result = await RunAsync("ps", "--store", file);

        Assert.Equal("store-unavailable", error.GetProperty("code").GetString());
        Assert.Equal(6, result.ExitCode);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
        Assert.Equal(kind == "garbage", File.Exists(file));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S74")]
    public async Task I_can_use_hostile_names_and_they_are_only_names()
    {
        const string Hostile = "x' OR 1=1; DROP TABLE workflow_processes; -- %_[a]";
        await RunAsync("run", "--workflow", Hostile, "--", "true");
        await RunAsync("run", "--workflow", "harmless", "--", "true");

        JsonElement found = await JsonAsync("ps", "--all", "--workflow", Hostile);
        JsonElement none = await JsonAsync("ps", "--all", "--workflow", "x' OR 1=1 --");

        Assert.Equal(Hostile, Assert.Single(found.EnumerateArray()).GetProperty("workflow").GetString());
        Assert.Empty(none.EnumerateArray());
        Assert.Equal(2, (await JsonAsync("ps", "--all")).GetArrayLength());
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_ask_the_doctor()
    {
        JsonElement report = await JsonAsync("doctor");

        Assert.Equal(1, report.GetProperty("schemaVersion").GetInt32());
        Assert.False(string.IsNullOrEmpty(report.GetProperty("strength").GetString()));
        Assert.Equal(Store, report.GetProperty("stores")[0].GetProperty("location").GetString());
        Assert.True(report.GetProperty("stores")[0].GetProperty("isChosen").GetBoolean());
    }
}
