using System.Globalization;

namespace WorkflowLifecycle.EndToEnd.Tests.Recovery;

/// <summary>Hosts of their own processes that die, and others that start after them. The test itself only reads the store: nobody asks for anything.</summary>
public abstract class RecoveryTest : EndToEndTest
{
    internal static readonly RunId Id = RunId.Parse("recovery:1");

    private Engine? _reader;

    /// <summary>Reads, and recovers nothing.</summary>
    internal Engine Reader => _reader ??= Start(configure: options => options.RecoverOnStart = false);

    internal static string[] Perl(string program, params string[] arguments) =>
        ["perl", Path.Combine(AppContext.BaseDirectory, "programs", program + ".pl"), .. arguments];

    internal async Task<RunRecord> RowAsync(RunId? runId = null)
    {
        await Reader.Store.InitializeAsync();
        return (await Reader.Store.FindRunAsync(runId ?? Id))!;
    }

    internal Task UntilAsync(string what, Func<RunRecord, bool> condition) => Wait.UntilAsync(what, async () => condition(await RowAsync()));

    internal async Task<IReadOnlyList<AuditEntry>> AuditAsync(string stage)
    {
        await Reader.Store.InitializeAsync();
        return [.. (await Reader.AuditAsync(Id)).Where(entry => entry.Stage == stage)];
    }

    /// <summary>A host that launched a run which may outlive it.</summary>
    internal async Task<(HelperProcess Host, int Root)> LaunchKeptAsync(params IReadOnlyList<string> options)
    {
        HelperProcess host = StartHost("launch", Id.Value, ["keep", .. options]);
        return (host, int.Parse((await host.ReadAsync("launched")).Split(' ')[0], CultureInfo.InvariantCulture));
    }

    /// <summary>A host that starts, and launches nothing.</summary>
    internal async Task<HelperProcess> ServeAsync(params IReadOnlyList<string> options)
    {
        HelperProcess host = StartHost("serve", Id.Value, options);
        await host.ReadAsync("serving");
        return host;
    }

    /// <summary>The host is ended only after it has taken away what the end of its runs left: the next one would have to.</summary>
    internal async Task LeaveAsync(HelperProcess host)
    {
        await Wait.UntilAsync(
            "the records of the ends are gone", () => Directory.GetFiles(Path.Combine(Room.RuntimeDirectory, "r"), "kill.lock", SearchOption.AllDirectories).Length == 0);
        await host.KillAsync();
    }

    /// <summary>A kill that is under way when its executor, and the host of the run, die.</summary>
    internal async Task<KillRecord> InterruptAsync(HelperProcess host, params IReadOnlyList<string> options)
    {
        HelperProcess killer = StartHost("kill", Id.Value, options);
        await Wait.UntilAsync("the program was told to leave", async () => (await AuditAsync("Signal")).Count > 0);
        KillRecord kill = (await Reader.Store.FindKillAsync((await RowAsync()).KillId!.Value))!;
        await killer.KillAsync();
        await host.KillAsync();
        return kill;
    }
}
