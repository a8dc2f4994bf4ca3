using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>Segments, semaphores and sockets of programs that exit, or are ended at once: what looks saw while they ran is freed, or named with who holds it.</summary>
public sealed class WatchedKernelTests : EndToEndTest
{
    private const string Making = """
        import ctypes, os, sys, time
        from multiprocessing import shared_memory, resource_tracker
        resource_tracker.register = resource_tracker.unregister = lambda *a: None
        libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p
        time.sleep(1.05 - time.time() % 1)
        kept = shared_memory.SharedMemory(name=os.environ['WORKFLOW_LIFECYCLE_SHARED_MEMORY'] + '-made', create=True, size=4096)
        segment = libc.shmget(0, 4096, 0o1600); libc.shmat(segment, None, 0)
        semaphores = libc.semget(0, 1, 0o1600); libc.semctl(semaphores, 0, 16, 1)
        open('semaphores', 'w').write(str(semaphores))
        print('ready', flush=True)
        time.sleep(float(sys.argv[1]))
        """;

    private const string Taking = """
        import array, socket, sys, time
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen()
        print('listening', flush=True)
        c, _ = l.accept(); kept = c.recvmsg(1, socket.CMSG_LEN(4)); c.send(b'y')
        time.sleep(60)
        """;

    private const string Handing = """
        import array, socket, sys, time
        s = socket.socket(socket.AF_UNIX); s.bind('\0' + sys.argv[2]); s.listen()
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
        c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        c.recv(1)
        print('ready', flush=True)
        time.sleep(float(sys.argv[3]))
        """;

    private static readonly RunId _id = RunId.Parse("kernel:1");

    private readonly string _name = "wfl-test-" + Guid.NewGuid().ToString("N")[..8];

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private static CleanupResult LineOf(IReadOnlyList<CleanupResult> receipt, string cleaner) => Assert.Single(receipt, line => line.Cleaner == cleaner);

    private Engine StartWithCleaners()
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, "python3"))), "There is no python3 here.");
        return Start(services: services => services.AddWorkflowLifecycle()
            .AddSharedMemoryCleaner(options => options.LookInterval = TimeSpan.FromMilliseconds(250))
            .AddSystemVIpcCleaner(options => options.LookInterval = TimeSpan.FromMilliseconds(250))
            .AddSocketCleaner(options => options.LookInterval = TimeSpan.FromMilliseconds(250)));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task A_program_that_exits_leaves_no_segment_and_its_semaphores_are_told()
    {
        Engine engine = StartWithCleaners();

        await engine.Launcher.RunAsync(new LaunchRequest("python3", "-c", Making, "3") { RunId = _id, WorkingDirectory = Room.Path });

        await AssertFreedAsync(engine, (await engine.Registry.FindReceiptAsync(_id))!.Cleanup);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task A_program_that_is_ended_at_once_leaves_no_segment_and_its_semaphores_are_told()
    {
        Engine engine = StartWithCleaners();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(new LaunchRequest("python3", "-c", Making, "60") { RunId = _id, WorkingDirectory = Room.Path });
        await UntilKnownAsync(engine, 3);

        await AssertFreedAsync(engine, (await engine.Kills.KillAsync(_id, Engine.Emergency())).Cleanup);
    }

    [Theory(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abstract_socket_that_somebody_else_has_is_owed_until_he_lets_go(bool isEndedAtOnce)
    {
        Engine engine = StartWithCleaners();
        HelperProcess stranger = StartHelper("python3", "-c", Taking, Path.Combine(Room.Path, "meeting"));
        await stranger.ReadAsync("listening");
        LaunchRequest request = new("python3", "-c", Handing, Path.Combine(Room.Path, "meeting"), _name, isEndedAtOnce ? "60" : "3") { RunId = _id };

        CleanupResult line = LineOf(isEndedAtOnce ? await EndAtOnceAsync(engine, request) : await ExitAsync(engine, request), CleanerNames.Sockets);

        Assert.Contains($"unix @{_name} (", Assert.Single(line.Remaining), StringComparison.Ordinal);
        Assert.Contains($"(pid {stranger.Pid}) has it", Assert.Single(line.Remaining), StringComparison.Ordinal);
        Assert.Single(await engine.Store.ReadDebtsAsync(new DebtQuery(), Aborted));
        await stranger.KillAsync();
        Assert.Equal(DebtRetryOutcome.Settled, Assert.Single(await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"), Aborted)).Outcome);
    }

    private static async Task<IReadOnlyList<CleanupResult>> EndAtOnceAsync(Engine engine, LaunchRequest request)
    {
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);
        await UntilKnownAsync(engine, 1);
        return (await engine.Kills.KillAsync(_id, Engine.Emergency())).Cleanup;
    }

    private static async Task<IReadOnlyList<CleanupResult>> ExitAsync(Engine engine, LaunchRequest request)
    {
        await engine.Launcher.RunAsync(request);
        return (await engine.Registry.FindReceiptAsync(_id))!.Cleanup;
    }

    private static async Task UntilKnownAsync(Engine engine, int count)
    {
        while ((await engine.RowAsync(_id)).Resources.Count < count)
        {
            await Task.Delay(20, Aborted);
        }
    }

    private async Task AssertFreedAsync(Engine engine, IReadOnlyList<CleanupResult> receipt)
    {
        string segment = $"/dev/shm/wfl-{(await engine.RowAsync(_id)).InternalId}-made";
        Assert.Equal([segment], LineOf(receipt, CleanerNames.SharedMemory).Cleaned);
        Assert.False(File.Exists(segment));
        CleanupResult line = LineOf(receipt, CleanerNames.SystemVIpc);
        Assert.StartsWith("segment ", Assert.Single(line.Cleaned), StringComparison.Ordinal);

        // Nothing says who made those.
        string semaphores = await File.ReadAllTextAsync(Path.Combine(Room.Path, "semaphores"), Aborted);
        Assert.Contains(line.Remaining, told => told.StartsWith($"semaphores {semaphores} ", StringComparison.Ordinal));
        using Process remove = Process.Start("ipcrm", ["-s", semaphores]);
        await remove.WaitForExitAsync(Aborted);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(receipt, CleanerNames.Sockets).Outcome);
    }
}
