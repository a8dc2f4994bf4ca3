using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>Several hosts and several tools at one file, all of them writing, some of them killed while they do.</summary>
[Trait("Scenario", "S34")]
public sealed class CrowdTests : ToolRoom
{
    private const int Hosts = 5;
    private const int Killed = 2;
    private const int Rounds = 60;
    private const int Tools = 3;

    // Not by the room's name of a store: most of its runs have no processes that could be ended.
    private string Shared => Path.Combine(Room, "crowd.sqlite");

    [Fact(Timeout = 240_000)]
    [Trait("Scenario", "S44")]
    public async Task I_can_use_one_file_from_many_hosts_and_tools_and_nothing_is_lost_or_there_twice()
    {
        ToolRun[] hosts = [.. Enumerable.Range(0, Hosts).Select(_ => Begin(
            Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Stores.Tests.Helper"), ["crowd", Shared, $"{Rounds}"]))];
        foreach (ToolRun host in hosts)
        {
            await host.SaysAsync("ready");
        }

        foreach (ToolRun host in hosts)
        {
            await host.PressAsync("\n");
        }

        Task<IReadOnlyList<string>>[] tools = [.. Enumerable.Range(0, Tools).Select(_ => Task.Run(LaunchAndKillAsync))];
        for (int i = 0; i < Killed; i++)
        {
            await hosts[i].SaysAsync($"shared:{10 * (i + 1)} ");
            await hosts[i].SignalAsync("KILL");
        }

        IReadOnlyList<string> launched = [.. (await Task.WhenAll(tools)).SelectMany(ids => ids)];
        List<string> lines = [];
        List<double> slowest = [];
        for (int i = 0; i < Hosts; i++)
        {
            ToolResult result = await hosts[i].WaitAsync();
            Assert.DoesNotContain(result.Out.Split('\n'), line => line.StartsWith("refused", StringComparison.Ordinal));
            Assert.Equal(i < Killed ? 137 : 0, result.ExitCode);

            // The last line of a killed one may be cut.
            string[] complete = result.Out[..(result.Out.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lines.AddRange(complete);
            slowest.AddRange(complete.Where(line => line.StartsWith("slowest ", StringComparison.Ordinal))
                .Select(line => double.Parse(line["slowest ".Length..], CultureInfo.InvariantCulture)));
        }

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{lines.Count} lines of {Hosts} hosts, {Killed} of them killed; {launched.Count} runs of {Tools} tools; slowest commits {string.Join(", ", slowest)} ms");
        Assert.Equal(Hosts - Killed, slowest.Count);

        // An emergency does not wait for the lock: what it could not write, the next command writes.
        foreach (string id in launched)
        {
            await UntilAsync(async () => JsonDocument.Parse((await UntilServedAsync("show", id, "--store", Shared, "--json")).Out)
                .RootElement.GetProperty("state").GetString() == "Killed");
        }

        await AssertAllIsThereOnceAsync(lines, launched);
    }

    /// <summary>Launches and ends programs by the tool; the runs that it was told of.</summary>
    private async Task<IReadOnlyList<string>> LaunchAndKillAsync()
    {
        List<string> launched = [];
        for (int i = 0; i < 2; i++)
        {
            string id = (await UntilServedAsync("run", "--detach", "--store", Shared, "--", "sleep", "300")).Out.Trim();
            launched.Add(id);
            Assert.Contains(id, (await UntilServedAsync("ps", "--store", Shared, "--json")).Out, StringComparison.Ordinal);
            await UntilServedAsync("kill", id, "--store", Shared, "--emergency", "--reason", "one of many");
        }

        return launched;
    }

    // A tool waits five seconds for the lock, and then says that nothing was written. Nothing else may keep it from its work.
    private async Task<ToolResult> UntilServedAsync(params IReadOnlyList<string> arguments)
    {
        while (true)
        {
            ToolResult result = await RunAsync(arguments);
            if (result.ExitCode == 0)
            {
                return result;
            }

            Assert.Contains("was not free to write", result.Error, StringComparison.Ordinal);
        }
    }

    private async Task AssertAllIsThereOnceAsync(List<string> lines, IReadOnlyList<string> launched)
    {
        Builder builder = new();
        builder.UseSqliteStore(Shared, options => options.Migrate = false);
        await using ServiceProvider services = builder.Services.BuildServiceProvider();
        IProcessStore store = services.GetRequiredService<IProcessStore>();
        await store.InitializeAsync(TestContext.Current.CancellationToken);
        string[][] words = [.. lines.Select(line => line.Split(' '))];
        foreach (string[] own in words.Where(line => line[0] == "own"))
        {
            RunRecord? run = await store.FindRunAsync(RunId.Parse(own[1]), TestContext.Current.CancellationToken);
            Assert.NotNull(run);
            Assert.NotNull(await store.FindKillAsync(KillId.Parse(own[2]), TestContext.Current.CancellationToken));
            Assert.Single(await store.ReadAuditAsync(new AuditQuery { RunId = run.RunId }, TestContext.Current.CancellationToken));
        }

        foreach (IGrouping<string, string[]> shared in words.Where(line => line[0] == "shared").GroupBy(line => line[1]))
        {
            // Whoever was first may have been killed before it could say so.
            Assert.InRange(shared.Count(line => line[2] == "Committed"), shared.Count() < Hosts ? 0 : 1, 1);
            Assert.InRange(shared.Count(line => line[3] == "Committed"), shared.Count() < Hosts ? 0 : 1, 1);
            Assert.Single(shared.Select(line => line[4]).Distinct());
            IReadOnlyList<AuditEntry> audit = await store.ReadAuditAsync(new AuditQuery { RunId = RunId.Parse(shared.Key) }, TestContext.Current.CancellationToken);
            Assert.Equal(["Launch", "KillIntent"], audit.Select(entry => entry.Stage));
        }

        foreach (string id in launched)
        {
            Assert.Equal(RunState.Killed, (await store.FindRunAsync(RunId.Parse(id), TestContext.Current.CancellationToken))!.State);
        }

        await AssertChainsAreWholeAsync((IAuditChainSource)store);
    }

    private static async Task AssertChainsAreWholeAsync(IAuditChainSource source)
    {
        foreach (string chain in await source.ReadChainIdsAsync(TestContext.Current.CancellationToken))
        {
            AuditChainRow? last = null;
            while (await source.ReadChainAsync(chain, last?.Sequence ?? 0, AuditQuery.MaximumLimit, TestContext.Current.CancellationToken) is { Count: > 0 } page)
            {
                Assert.Null(AuditChain.Verify(page, last));
                last = page[^1];
            }
        }
    }

    private sealed class Builder : IWorkflowLifecycleBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();
    }
}
