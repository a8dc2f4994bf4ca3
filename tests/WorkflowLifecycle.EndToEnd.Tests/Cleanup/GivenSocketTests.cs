using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A Unix socket that somebody else made while a run went on, gave to the run, and let go: its file is not the run's.</summary>
public sealed class GivenSocketTests : EndToEndTest
{
    private const string Giving = """
        import array, socket, sys
        l = socket.socket(socket.AF_UNIX); l.bind(sys.argv[1]); l.listen()
        print('listening', flush=True)
        c, _ = l.accept()
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[2]); s.listen()
        c.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [s.fileno()]))])
        c.recv(1)
        """;

    private const string Taking = """
        import socket, sys, time
        c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1])
        given = c.recvmsg(1, socket.CMSG_LEN(4)); c.send(b'y'); c.recv(1)
        own = socket.socket(socket.AF_UNIX); own.bind(sys.argv[2]); own.listen()
        print('ready', flush=True)
        time.sleep(60)
        """;

    private static readonly RunId _id = RunId.Parse("given:1");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S10")]
    public async Task Its_file_is_told_and_left_and_that_of_the_run_s_own_is_removed()
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Combine(directory, "python3"))), "There is no python3 here.");
        (string meeting, string given, string own) = (Path.Combine(Room.Path, "meeting"), Path.Combine(Room.Path, "given"), Path.Combine(Room.Path, "own"));
        HelperProcess stranger = StartHelper("python3", "-c", Giving, meeting, given);
        await stranger.ReadAsync("listening");
        Engine engine = Start(services: services => services.AddWorkflowLifecycle().AddSocketCleaner());
        await using ITrackedProcess process = await engine.LaunchReadyAsync(new LaunchRequest("python3", "-c", Taking, meeting, own) { RunId = _id });
        await stranger.WaitForExitAsync();

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 0.3));

        CleanupResult line = Assert.Single(report.Cleanup, line => line.Cleaner == CleanerNames.Sockets);
        Assert.Equal(["unix " + own], line.Cleaned);
        Assert.Contains(line.Remaining, told => told.StartsWith("unix " + given, StringComparison.Ordinal) && told.Contains("not provably the run's: who listened at it is gone", StringComparison.Ordinal));
        Assert.Equal((true, false), (File.Exists(given), File.Exists(own)));
        Assert.Empty(await engine.Store.ReadDebtsAsync(new DebtQuery(), TestContext.Current.CancellationToken));
    }
}
