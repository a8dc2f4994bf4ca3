using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>What programs leave in the kernel: shared memory, System V objects, ports; and what leak detection tells.</summary>
public sealed class IpcCleanerTests : EndToEndTest
{
    private const string Leaving = """
        import ctypes, os, socket, sys, time, signal
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = lambda *a: None
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1.05 - time.time() % 1)
        kept = shared_memory.SharedMemory(name=os.environ['WORKFLOW_LIFECYCLE_SHARED_MEMORY'], create=True, size=4096)
        ctypes.CDLL(None).shmget(0, 4096, 0o1600)
        port = socket.socket(); port.bind(('127.0.0.1', 0)); port.listen()
        path = socket.socket(socket.AF_UNIX); path.bind(sys.argv[1]); path.listen()
        print('ready', flush=True)
        time.sleep(60)
        """;

    private static readonly RunId _id = RunId.Parse("ipc:1");

    private Engine StartWithCleaners() => Start(services: services =>
        services.AddWorkflowLifecycle().AddSharedMemoryCleaner().AddSystemVIpcCleaner().AddSocketCleaner().AddLeakDetection().AddSharedMemoryCleaner());

    private static CleanupResult LineOf(KillReport report, string cleaner) => Assert.Single(report.Cleanup, line => line.Cleaner == cleaner);

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task I_can_kill_a_program_and_nothing_of_it_stays_in_the_kernel()
    {
        string socket = Path.Combine(Room.Path, "left.sock");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, "python3"))), "There is no python3 here.");
        Engine engine = StartWithCleaners();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(new LaunchRequest("python3", "-c", Leaving, socket) { RunId = _id });

        string segment = $"/dev/shm/wfl-{(await engine.RowAsync(_id)).InternalId}";
        Assert.True(File.Exists(segment));

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 0.3));

        Assert.Equal([segment], LineOf(report, CleanerNames.SharedMemory).Cleaned);
        Assert.False(File.Exists(segment));
        Assert.StartsWith("segment ", Assert.Single(LineOf(report, CleanerNames.SystemVIpc).Cleaned), StringComparison.Ordinal);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report, CleanerNames.Sockets).Outcome);
        Assert.Contains("unix " + socket, LineOf(report, CleanerNames.Sockets).Cleaned);
        Assert.Contains(LineOf(report, CleanerNames.Sockets).Cleaned, cleaned => cleaned.StartsWith("tcp 127.0.0.1:", StringComparison.Ordinal));
        Assert.False(File.Exists(socket));
        Assert.DoesNotContain(LineOf(report, CleanerNames.Leaks).Found, found => found.Contains("(pid ", StringComparison.Ordinal));
        Assert.Empty(await engine.Store.ReadDebtsAsync(new DebtQuery()));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S11")]
    public async Task I_am_told_what_the_host_has_more_than_before()
    {
        Engine engine = StartWithCleaners();
        List<FileStream> leaked = [];
        await using (ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id }))
        {
            for (int i = 0; i < 5; i++)
            {
                leaked.Add(new FileStream(Path.Combine(Room.Path, $"leak-{i}"), FileMode.Create));
            }

            KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

            CleanupResult line = LineOf(report, CleanerNames.Leaks);
            Assert.Equal(CleanupOutcomes.Reported, line.Outcome);
            Assert.Contains(line.Remaining, told => told.StartsWith("open files of the host (", StringComparison.Ordinal) && told.Contains("leak-0 0 -> 1", StringComparison.Ordinal));
        }

        leaked.ForEach(file => file.Dispose());
    }
}
