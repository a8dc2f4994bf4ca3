using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Cli.Tests.EndToEnd;

namespace WorkflowLifecycle.Cli.Tests.Compatibility;

/// <summary>Hosts and tools of an older version and of today's, at one store and one runtime directory.</summary>
public abstract class CompatibilityTest : ToolRoom
{
    private readonly List<PreviousVersion> _previous = [];

    public static TheoryData<int> Kept => [.. PreviousVersion.Kept];

    protected override void Clear()
    {
        // The hosts were ended by a signal, and nobody takes their announcements away.
        ForgetAnnouncements();
        foreach (PreviousVersion previous in _previous)
        {
            previous.Dispose();
        }
    }

    internal PreviousVersion Previous(int schema)
    {
        PreviousVersion previous = new(schema);
        _previous.Add(previous);
        return previous;
    }

    /// <summary>A host that has launched a run and goes on until its input ends.</summary>
    internal async Task<ToolRun> LaunchAsync(string host, string runId, params IReadOnlyList<string> options)
    {
        ToolRun run = Begin(host, ["launch", Room, runId, .. options, "--", "sh", "-c", "sleep 300 & setsid sleep 300 & wait"]);
        await run.SaysAsync("launched");
        return run;
    }

    internal static string TodaysHost => PreviousVersion.HostOf(AppContext.BaseDirectory);

    internal async Task<JsonElement> JsonOfAsync(string tool, params IReadOnlyList<string> arguments)
    {
        ToolResult result = await Begin(tool, [.. arguments, "--json"]).WaitAsync();
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)} returned {result.ExitCode}: {result.Out}{result.Error}");
        return JsonDocument.Parse(result.Out).RootElement;
    }

    internal async Task<string[]> ListAsync(string tool, params IReadOnlyList<string> options) =>
        [.. (await JsonOfAsync(tool, ["ps", .. options])).EnumerateArray().Select(run => run.GetProperty("runId").GetString()!).Order(StringComparer.Ordinal)];

    internal async Task<string> KillAsync(string tool, string runId, params IReadOnlyList<string> options) =>
        (await JsonOfAsync(tool, ["kill", runId, "--reason", "side by side", .. options])).GetProperty("outcome").GetString()!;

    internal async Task<string> StateAsync(string tool, string runId) => (await JsonOfAsync(tool, "show", runId)).GetProperty("state").GetString()!;

    internal async Task<string[]> StagesAsync(string tool, string runId) =>
        [.. (await JsonOfAsync(tool, "audit", runId)).EnumerateArray().Select(entry => entry.GetProperty("stage").GetString()!)];

    internal object Query(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Store};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    internal long SchemaVersion() => (long)Query("SELECT schema_version FROM schema_info");

    internal string Schema() => (string)Query("SELECT group_concat(sql, char(10)) FROM sqlite_schema");

    /// <summary>Every chain, whoever wrote to it, has no gap and no entry that was changed.</summary>
    internal async Task AssertChainsAreWholeAsync()
    {
        StoreBuilder builder = new();
        builder.UseSqliteStore(Store, options => options.Migrate = false);
        await using ServiceProvider services = builder.Services.BuildServiceProvider();
        IProcessStore store = services.GetRequiredService<IProcessStore>();
        await store.InitializeAsync(TestContext.Current.CancellationToken);
        IAuditChainSource source = (IAuditChainSource)store;
        foreach (string chain in await source.ReadChainIdsAsync(TestContext.Current.CancellationToken))
        {
            Assert.Null(AuditChain.Verify(await source.ReadChainAsync(chain, 0, AuditQuery.MaximumLimit, TestContext.Current.CancellationToken)));
        }
    }
}
