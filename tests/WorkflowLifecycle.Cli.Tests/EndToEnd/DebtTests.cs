using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>What runs owe, what is forgotten, and the figures, in a real store.</summary>
public sealed class DebtTests : ToolRoom
{
    [Fact(Timeout = Limit)]
    public async Task I_see_what_is_owed_and_retry_it()
    {
        Assert.Equal(0, (await RunAsync("run", "--run-id", "over", "--", "true")).ExitCode);
        Assert.Empty((await JsonAsync("debts")).EnumerateArray());
        await OweAsync("over", "containment", new RunResource
        {
            Cleaner = "containment",
            Name = "/gone/by/now",
            Details = new Dictionary<string, string> { ["line"] = "run-directory" },
        });

        JsonElement owed = Assert.Single((await JsonAsync("debts", "over")).EnumerateArray());
        ToolResult retried = await RunAsync("debts", "over", "--retry");
        ToolResult again = await RunAsync("debts", "--retry");

        Assert.Equal(("/gone/by/now", "a test", 0), (owed.GetProperty("resource").GetString(), owed.GetProperty("reason").GetString(), owed.GetProperty("attempts").GetInt32()));
        Assert.Equal(0, retried.ExitCode);
        Assert.Contains("Settled", retried.Out, StringComparison.Ordinal);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("Nothing is owed.", again.Error, StringComparison.Ordinal);
        JsonElement settled = Assert.Single((await JsonAsync("debts", "--all")).EnumerateArray());
        Assert.NotEqual(JsonValueKind.Null, settled.GetProperty("settledAt").ValueKind);
        Assert.Equal(1, settled.GetProperty("attempts").GetInt32());
        Assert.Contains("DebtSettled", (await RunAsync("audit", "over")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("audit")).ExitCode);
    }

    [Fact(Timeout = Limit)]
    public async Task I_am_told_that_workflowctl_lacks_the_cleaner()
    {
        Assert.Equal(0, (await RunAsync("run", "--run-id", "over", "--", "true")).ExitCode);
        await OweAsync("over", "my-cleaner", new RunResource { Cleaner = "my-cleaner", Name = "tcp 127.0.0.1:8080" });

        ToolResult retried = await RunAsync("debts", "--retry");

        Assert.Equal(1, retried.ExitCode);
        Assert.Contains("NotAvailableHere", retried.Out, StringComparison.Ordinal);
        Assert.Contains("'my-cleaner'", retried.Out, StringComparison.Ordinal);
        Assert.Equal(0, Assert.Single((await JsonAsync("debts")).EnumerateArray()).GetProperty("attempts").GetInt32());
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S66")]
    public async Task I_can_forget_what_is_over()
    {
        string over = await DetachAsync("echo kept output");
        Assert.Equal(0, (await RunAsync("wait", over)).ExitCode);
        string indebted = await DetachAsync("echo kept too");
        Assert.Equal(0, (await RunAsync("wait", indebted)).ExitCode);
        await OweAsync(indebted, "my-cleaner", null);
        string live = await DetachAsync("sleep 300");
        Assert.Equal("kept output\n", (await RunAsync("logs", over)).Out);
        string[] directories = RunDirectories();
        await Task.Delay(1100, TestContext.Current.CancellationToken);

        ToolResult unasked = await RunAsync("prune", "--older-than", "1s");
        JsonElement preview = await JsonAsync("prune", "--older-than", "1s", "--dry-run");
        string[] afterPreview = RunDirectories();
        JsonElement forgotten = await JsonAsync("prune", "--older-than", "1s", "--yes");

        Assert.Equal(2, unasked.ExitCode);
        Assert.Equal((1, 1, 1), (preview.GetProperty("runs").GetInt32(), preview.GetProperty("directories").GetInt32(), preview.GetProperty("keptRuns").GetInt32()));
        Assert.Equal(directories, afterPreview);
        Assert.Equal((1, 1, 1), (forgotten.GetProperty("runs").GetInt32(), forgotten.GetProperty("directories").GetInt32(), forgotten.GetProperty("keptRuns").GetInt32()));
        Assert.Equal(directories.Length - 1, (RunDirectories()).Length);
        Assert.Equal(3, (await RunAsync("show", over)).ExitCode);
        Assert.Equal(0, (await RunAsync("show", indebted)).ExitCode);
        Assert.Equal("kept too\n", (await RunAsync("logs", indebted)).Out);
        Assert.Contains(await StateAsync(live), new[] { "Initializing", "Running" });
        Assert.Contains("Launch", (await RunAsync("audit", over)).Out, StringComparison.Ordinal);
        Assert.Contains("Pruned", (await RunAsync("audit")).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task I_get_the_four_figures()
    {
        string id = await DetachAsync("sleep 300");
        Assert.Equal(0, (await RunAsync("kill", id, "--emergency", "--reason", "for the figures")).ExitCode);
        Assert.Equal(0, (await RunAsync("run", "--", "true")).ExitCode);

        JsonElement figures = await JsonAsync("stats", "--since", "1h");

        Assert.Equal((2, 0), (figures.GetProperty("runs").GetInt32(), figures.GetProperty("stuckRuns").GetInt32()));
        JsonElement times = Assert.Single(figures.GetProperty("kills").EnumerateArray());
        Assert.Equal(("Emergency", 1), (times.GetProperty("mode").GetString(), times.GetProperty("count").GetInt32()));
        Assert.InRange(times.GetProperty("averageMs").GetDouble(), 0.01, 5000);
        Assert.Equal(1, figures.GetProperty("cleanup").GetProperty("endsShare").GetDouble());
        Assert.Equal(1, figures.GetProperty("cleanup").GetProperty("linesShare").GetDouble());
        Assert.True(figures.GetProperty("cleanup").GetProperty("lines").GetInt32() >= 6);
        Assert.Equal((1, 0), (figures.GetProperty("completedKills").GetInt32(), figures.GetProperty("killsWithoutCompleteAudit").GetInt32()));
        Assert.Contains("owe nothing now", (await RunAsync("stats")).Out, StringComparison.Ordinal);
    }

    private string[] RunDirectories() =>
        [.. Directory.GetDirectories(Path.Combine(Room, "run"), "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path).Length == 32).Order(StringComparer.Ordinal)];

    private async Task OweAsync(string run, string cleaner, RunResource? resource)
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle().UseSqliteStore(Store);
        await using ServiceProvider provider = services.BuildServiceProvider();
        IProcessStore store = provider.GetRequiredService<IProcessStore>();
        await store.InitializeAsync(TestContext.Current.CancellationToken);
        RunRecord row = (await store.FindRunAsync(RunId.Parse(run), TestContext.Current.CancellationToken))!;
        CleanupDebt debt = new()
        {
            DebtId = CleanupDebt.IdOf(row, cleaner, resource),
            RunId = row.RunId,
            Cleaner = cleaner,
            Resource = resource,
            Reason = "a test",
            HostId = row.Host.HostId,
            CreatedAt = row.CreatedAt,
            NextAttemptAt = row.CreatedAt.AddHours(1),
        };
        await store.CommitAsync(new StoreCommit { AddDebts = [debt] }, CommitDurability.Machine, TestContext.Current.CancellationToken);
    }
}
