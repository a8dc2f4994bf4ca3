using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Looking works while another process holds the store's write lock, and says what could not be brought up to date.</summary>
public sealed class LockedStoreTests : ToolRoom
{
    [Theory(Timeout = Limit)]
    [InlineData("ps", "--json")]
    [InlineData("ps")]
    [InlineData("show", "lost", "--json")]
    [InlineData("show", "lost")]
    [InlineData("tree", "lost")]
    [InlineData("audit", "lost")]
    public async Task I_can_look_at_a_run_whose_host_died(params string[] verb)
    {
        await LoseHostAsync();
        await using ToolRun locker = await LockAsync();

        ToolResult seen = await RunAsync(verb);

        Assert.Equal(0, seen.ExitCode);
        Assert.Contains("lost", seen.Out, StringComparison.Ordinal);
        Assert.Equal(verb[0] != "audit", seen.Error.Contains("could not be written down", StringComparison.Ordinal));
        if (verb[^1] == "--json")
        {
            JsonElement json = JsonDocument.Parse(seen.Out).RootElement;
            Assert.Equal("Running", (json.ValueKind == JsonValueKind.Array ? json[0] : json).GetProperty("state").GetString());
        }

        await UnlockAsync(locker);
        Assert.Equal("Killed", await StateAsync("lost"));
    }

    [Fact(Timeout = Limit)]
    public async Task I_can_wait_for_the_end_until_it_can_be_written_down()
    {
        await LoseHostAsync();
        await using ToolRun locker = await LockAsync();
        ToolRun waiting = Start("wait", "lost");
        await waiting.SaysAsync("could not be written down");
        await Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken);

        await UnlockAsync(locker);
        ToolResult result = await waiting.WaitAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("lost  Killed", result.Out, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.Contains("could not be written down", StringComparison.Ordinal));
    }

    // Its tree ends with it, and nobody is there to write that down.
    private async Task LoseHostAsync()
    {
        ToolRun host = Start("run", "--run-id", "lost", "--", "sh", "-c", "echo ready; exec sleep 300");
        await host.SaysAsync("ready");
        while (await StateAsync("lost") != "Running")
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        JsonElement shown = await JsonAsync("show", "lost");
        string cgroup = shown.GetProperty("cgroupPath").GetString() ?? string.Empty;
        await host.SignalAsync("KILL");
        await host.WaitAsync();
        while (Directory.Exists(cgroup) && (await File.ReadAllTextAsync(Path.Combine(cgroup, "cgroup.events"))).Contains("populated 1", StringComparison.Ordinal))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        ForgetAnnouncements();
    }
}
