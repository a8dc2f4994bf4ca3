using System.Diagnostics;
using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>
/// A stranger makes System V segments and exits; a process of a run takes its PID, and makes one of its own. One of the stranger's, that he had used, is
/// changed by somebody meanwhile, which moves its stamp.
/// </summary>
internal static class CreatorVerb
{
    private const string Make = """
        import ctypes, sys, time
        print(ctypes.CDLL(None).shmget(0, 4096, 0o1600), flush=True)
        sys.stdin.read()
        """;

    private const string Use = """
        import ctypes
        libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p
        used = libc.shmget(0, 4096, 0o1600); libc.shmat(used, None, 0)
        print(used, flush=True)

        """;

    private const string Change = """
        import ctypes, sys
        libc = ctypes.CDLL(None); facts = ctypes.create_string_buffer(256)
        if libc.shmctl(int(sys.argv[1]), 2, facts) or libc.shmctl(int(sys.argv[1]), 1, facts): sys.exit('it was not changed')
        """;

    public static async Task<int> RunAsync()
    {
        using Process stranger = Numbers.Start("python3", "-c", Use + Make);
        string changed = (await stranger.StandardOutput.ReadLineAsync())!;
        string strangers = (await stranger.StandardOutput.ReadLineAsync())!;
        int pid = stranger.Id;
        stranger.Kill();
        await stranger.WaitForExitAsync();
        Numbers.WaitUntilFree(pid);

        // The kernel stamps to the second.
        await Task.Delay(TimeSpan.FromMilliseconds(1100));
        DateTimeOffset created = TimeProvider.System.GetUtcNow();
        using Process member = Numbers.Take(pid, "python3", "-c", "import time; time.sleep(1.1)\n" + Make);
        string own = (await member.StandardOutput.ReadLineAsync())!;
        using (Process change = Numbers.Start("python3", "-c", Change, changed))
        {
            await change.WaitForExitAsync();
        }

        IReadOnlyList<RunResource> found = await SystemVIpcCleaner.Create(new SystemVIpcCleanerOptions(), TimeProvider.System).DiscoverAsync(Context(pid, created));
        Numbers.End(member);
        Console.WriteLine($"strangers {HandlingOf(found, strangers)}, changed {HandlingOf(found, changed)}, own {HandlingOf(found, own)}");
        return 0;
    }

    // The row is older than the stranger: only the start of the process tells the two apart.
    private static CleanupContext Context(int pid, DateTimeOffset created) => new()
    {
        Moment = CleanupMoment.BeforeEnd,
        Mode = KillMode.Graceful,
        Run = new RunRecord
        {
            RunId = RunId.Parse("run_0123456789ab"),
            InternalId = Guid.NewGuid().ToString("N"),
            State = RunState.Running,
            LaunchedBy = "host:test",
            Program = "python3",
            WorkingDirectory = "/",
            Host = Machine.Read().Identify(Environment.ProcessId)!,
            CreatedAt = created - TimeSpan.FromMinutes(1),
        },
        Processes = ProcessReader.TryReadStat(pid, out ProcStat stat) ? [new ProcessSnapshot { Pid = pid, StartTicks = stat.StartTicks }] : [],
    };

    private static string HandlingOf(IReadOnlyList<RunResource> found, string id) =>
        found.FirstOrDefault(resource => resource.Details["id"] == int.Parse(id, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture))?.Handling.ToString() ?? "not found";
}
