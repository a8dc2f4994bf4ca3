using System.Globalization;
using System.Text.Json;

namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>The built workflowctl with a store, a runtime directory and programs of its own. In the end nothing of them is left, or the test fails.</summary>
public abstract class ToolRoom : IAsyncLifetime
{
    protected const int Limit = 60_000;

    private static int _count;

    private readonly List<ToolRun> _started = [];
    private bool _isCleaning;

    // Short: paths of sockets have at most 107 bytes.
    protected string Room { get; } = string.Create(
        CultureInfo.InvariantCulture, $"/tmp/wfl-cli-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");

    protected string? StoreDirectory { get; set; }

    protected string Store => Path.Combine(StoreDirectory ?? Room, "runs.db");

    protected Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Room);
        Variables["WORKFLOW_LIFECYCLE_STORE"] = Store;
        Variables["WORKFLOW_LIFECYCLE_RUNTIME_DIR"] = Path.Combine(Room, "run");
        Variables["XDG_STATE_HOME"] = Path.Combine(Room, "state");

        // What opens a terminal runs its line in this shell; dash leaves on Ctrl-C before it says how the program ended.
        Variables["SHELL"] = "/bin/bash";
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        // The test's own token has fired when it ran out of time, and cleaning goes on all the same.
        _isCleaning = true;
        foreach (ToolRun run in _started)
        {
            await run.DisposeAsync();
        }

        List<string> left = [.. await EndLiveAsync()];
        Clear();
        string announced = Path.Combine(Room, "run", "stores");
        left.AddRange(Directory.Exists(announced) ? Directory.GetFiles(announced) : []);
        Directory.Delete(Room, recursive: true);
        Assert.True(left.Count == 0, "Left behind: " + string.Join(", ", left));
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what goes on, and tells what is left all the same.</summary>
    private protected async Task<IReadOnlyList<string>> EndLiveAsync()
    {
        _isCleaning = true;
        List<string> left = [];
        foreach (string store in Directory.GetFiles(Room, "*.db", SearchOption.AllDirectories))
        {
            foreach (string id in await LiveRunsAsync(store))
            {
                await RunAsync("kill", id, "--store", store, "--emergency", "--reason", "the test is over");
            }

            left.AddRange(await LiveRunsAsync(store));
            left.AddRange(await CgroupsAsync(store));
        }

        return left;
    }

    /// <summary>Takes away what a test has beside its room.</summary>
    protected virtual void Clear()
    {
    }

    internal async Task<ToolResult> RunAsync(params IReadOnlyList<string> arguments) =>
        await Start(arguments).WaitAsync(_isCleaning ? CancellationToken.None : TestContext.Current.CancellationToken);

    internal ToolRun Start(params IReadOnlyList<string> arguments) => Begin(ToolRun.Program, arguments);

    /// <summary>A shell line in which workflowctl is a command.</summary>
    internal async Task<ToolResult> ShellAsync(string line) => await Begin("bash", ["-c", line]).WaitAsync();

    /// <summary>workflowctl with a terminal on its three streams.</summary>
    internal async Task<ToolResult> OnTerminalAsync(string line, string typed = "")
    {
        ToolRun run = StartOnTerminal(line);
        await run.TypeAsync(typed);
        ToolResult result = await run.WaitAsync();

        // The runtime readies every terminal once, for reading keys, whatever the program prints.
        return result with { Out = result.Out.Replace("\u001b[?1h\u001b=", string.Empty, StringComparison.Ordinal) };
    }

    /// <summary>A shell line with a terminal on its three streams, whose keys are pressed by the test.</summary>
    internal ToolRun StartOnTerminal(string line) => Begin("script", ["-qec", line, "/dev/null"]);

    internal async Task<string> DetachAsync(string script, params IReadOnlyList<string> options)
    {
        ToolResult launched = await RunAsync(["run", "--detach", .. options, "--", "sh", "-c", script]);
        Assert.Equal(0, launched.ExitCode);
        return launched.Out.Trim();
    }

    internal async Task<JsonElement> JsonAsync(params IReadOnlyList<string> arguments)
    {
        ToolResult result = await RunAsync([.. arguments, "--json"]);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    internal async Task<string> StateAsync(string runId) => (await JsonAsync("show", runId)).GetProperty("state").GetString()!;

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Takes away what hosts that died have announced.</summary>
    internal void ForgetAnnouncements()
    {
        foreach (string announced in Directory.GetFiles(Path.Combine(Room, "run", "stores")))
        {
            File.Delete(announced);
        }
    }

    /// <summary>Holds the write lock of the store until <see cref="UnlockAsync"/>.</summary>
    internal async Task<ToolRun> LockAsync()
    {
        ToolRun locker = new(Room, Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Stores.Tests.Helper"), ["hold", Store], Variables);
        await locker.SaysAsync("ready");
        return locker;
    }

    internal static async Task UnlockAsync(ToolRun locker)
    {
        await locker.TypeAsync("\n");
        await locker.WaitAsync();
    }

    internal ToolRun Begin(string program, IReadOnlyList<string> arguments)
    {
        ToolRun run = new(Room, program, arguments, Variables);
        _started.Add(run);
        return run;
    }

    private async Task<IReadOnlyList<string>> LiveRunsAsync(string store)
    {
        ToolResult listed = await RunAsync("ps", "--json", "--store", store);
        return listed.ExitCode == 0
            ? [.. JsonDocument.Parse(listed.Out).RootElement.EnumerateArray().Select(run => run.GetProperty("runId").GetString()!)]
            : [];
    }

    private async Task<IReadOnlyList<string>> CgroupsAsync(string store)
    {
        List<string> left = [];
        foreach (JsonElement run in JsonDocument.Parse((await RunAsync("ps", "--all", "--json", "--store", store)).Out).RootElement.EnumerateArray())
        {
            ToolResult shown = await RunAsync("show", run.GetProperty("runId").GetString()!, "--json", "--store", store);
            string? cgroup = JsonDocument.Parse(shown.Out).RootElement.GetProperty("cgroupPath").GetString();
            left.AddRange(cgroup is not null && Directory.Exists(cgroup) ? [cgroup] : []);
        }

        return left;
    }
}
