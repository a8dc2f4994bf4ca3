using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A port that a run opened and whose descriptor went to a process outside: it outlives the run, however that ended.</summary>
public sealed class HandedPortTests : EndToEndTest
{
    private const string Taking = """
        import array, socket, sys, time
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen()
        print('listening', flush=True)
        c, _ = l.accept(); kept = c.recvmsg(1, socket.CMSG_LEN(4)); c.send(b'y')
        time.sleep(60)
        """;

    private const string Handing = """
        import array, socket, sys, time
        s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
        c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        c.recv(1)
        print('port', s.getsockname()[1]); print('ready', flush=True)
        time.sleep(float(sys.argv[2]))
        """;

    private static readonly RunId _id = RunId.Parse("port:1");

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private string Meeting => Path.Combine(Room.Path, "meeting");

    private static CleanupResult LineOf(IReadOnlyList<CleanupResult> receipt) => Assert.Single(receipt, line => line.Cleaner == CleanerNames.Sockets);

    private async Task<(Engine Engine, HelperProcess Stranger)> StartAsync()
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, "python3"))), "There is no python3 here.");
        HelperProcess stranger = StartHelper("python3", "-c", Taking, Meeting);
        await stranger.ReadAsync("listening");
        return (Start(services: services => services.AddWorkflowLifecycle().AddSocketCleaner()), stranger);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task I_am_told_who_holds_the_port_of_a_run_that_exited()
    {
        (Engine engine, HelperProcess stranger) = await StartAsync();

        RunResult result = await engine.Launcher.RunAsync(new LaunchRequest("python3", "-c", Handing, Meeting, "0") { RunId = _id });

        Assert.Equal(RunState.Exited, result.State);
        await AssertOwedUntilLetGoAsync(engine, stranger, LineOf((await engine.Registry.FindReceiptAsync(_id))!.Cleanup));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task I_am_told_who_holds_the_port_of_a_run_that_was_ended_at_once()
    {
        (Engine engine, HelperProcess stranger) = await StartAsync();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(new LaunchRequest("python3", "-c", Handing, Meeting, "60") { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        await AssertOwedUntilLetGoAsync(engine, stranger, LineOf(report.Cleanup));
    }

    private static async Task AssertOwedUntilLetGoAsync(Engine engine, HelperProcess stranger, CleanupResult line)
    {
        Assert.Equal(CleanupOutcomes.Failed, line.Outcome);
        string remaining = Assert.Single(line.Remaining);
        Assert.StartsWith("tcp 127.0.0.1:", remaining, StringComparison.Ordinal);
        Assert.Contains($"(pid {stranger.Pid}) has it", remaining, StringComparison.Ordinal);
        CleanupDebt debt = Assert.Single(await engine.Store.ReadDebtsAsync(new DebtQuery(), Aborted));
        Assert.Contains($"(pid {stranger.Pid}) has it", debt.Reason, StringComparison.Ordinal);

        Assert.Equal(DebtRetryOutcome.Remains, Assert.Single(await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"), Aborted)).Outcome);
        await stranger.KillAsync();
        Assert.Equal(DebtRetryOutcome.Settled, Assert.Single(await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"), Aborted)).Outcome);
    }
}
