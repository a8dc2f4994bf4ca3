using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

public sealed class HardenTests : ToolRoom
{
    [Theory(Timeout = Limit)]
    [InlineData("no-new-privileges")]
    [InlineData("landlock")]
    [InlineData("landlock,pid-namespace,no-new-privileges")]
    public async Task I_can_harden_a_run_and_see_that_it_was(string what)
    {
        ToolResult result = await RunAsync("run", "--run-id", "mine", "--harden", what, "--", "echo", "inside");

        Assert.Equal((0, "inside\n"), (result.ExitCode, result.Out));
        Assert.Contains("hardening", (await RunAsync("show", "mine")).Out, StringComparison.Ordinal);
        using JsonDocument shown = JsonDocument.Parse((await RunAsync("show", "mine", "--json")).Out);
        Assert.Equal(what.Split(','), shown.RootElement.GetProperty("hardening").EnumerateArray().Select(word => word.GetString()));
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_which_words_there_are()
    {
        ToolResult result = await RunAsync("run", "--harden", "everything", "--", "true");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("landlock, pid-namespace, no-new-privileges", result.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_ask_the_doctor_what_can_be_had()
    {
        using JsonDocument report = JsonDocument.Parse((await RunAsync("doctor", "--json")).Out);

        string[] names = [.. report.RootElement.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("name").GetString()!)];

        Assert.Equal(["hardening-no-new-privileges", "hardening-landlock", "hardening-pid-namespace"], names.Where(name => name.StartsWith("hardening", StringComparison.Ordinal)));
    }
}
