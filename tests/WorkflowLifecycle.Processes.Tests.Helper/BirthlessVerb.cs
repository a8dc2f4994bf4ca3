using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Shared memory on a file system that does not keep when a file was made, as tmpfs of older kernels. In a mount namespace of its own.</summary>
internal static class BirthlessVerb
{
    private const string Hold = """
        import sys
        held = [open('/dev/shm/' + name, 'w') for name in sys.argv[1:]]
        print('ready', flush=True)
        sys.stdin.read()
        """;

    public static async Task<int> RunAsync()
    {
        using (Process mount = Process.Start("mount", ["-t", "ramfs", "none", "/dev/shm"]))
        {
            await mount.WaitForExitAsync();
        }

        string id = Guid.NewGuid().ToString("N");
        Process program = Numbers.Start("python3", "-c", Hold, "wfl-" + id, "other");
        await program.StandardOutput.ReadLineAsync();
        CleanupContext look = Context(id, program.Id);
        IResourceCleaner cleaner = SharedMemoryCleaner.Create(new SharedMemoryCleanerOptions(), TimeProvider.System);
        IReadOnlyList<RunResource> seen = await cleaner.DiscoverAsync(look);
        Numbers.End(program);
        foreach (RunResource found in await cleaner.DiscoverAsync(look with { Moment = CleanupMoment.AfterEnd, Known = seen }))
        {
            Console.WriteLine($"{found.Name.Replace(id, "ID", StringComparison.Ordinal)} {found.Handling}");
        }

        return 0;
    }

    private static CleanupContext Context(string id, int pid) => new()
    {
        Moment = CleanupMoment.BeforeEnd,
        Mode = KillMode.Graceful,
        Run = new RunRecord
        {
            RunId = RunId.Parse("run_0123456789ab"),
            InternalId = id,
            State = RunState.Running,
            LaunchedBy = "host:test",
            Program = "python3",
            WorkingDirectory = "/",
            Host = Machine.Read().Identify(Environment.ProcessId)!,
            CreatedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1),
        },
        Processes = ProcessReader.TryReadStat(pid, out ProcStat stat) ? [new ProcessSnapshot { Pid = pid, StartTicks = stat.StartTicks }] : [],
    };
}
