using System.Net.Sockets;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Programs that finish what they have before they leave.</summary>
public sealed class ServerTests : RealProgramTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_OfANodeServer_LetsItAnswerWhatItWasAsked(ContainmentStrength strength)
    {
        Need("node");
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Run(engine, "node", BesideTests("drains.cjs"), Room.File("http"), GoFile));
        using HttpClient client = Connect(Room.File("http"));
        Task<string> answer = client.GetStringAsync(new Uri("http://server/slow"));
        await Wait.UntilAsync("the server has the request", () => File.Exists(InWork("asked")));

        Task<KillReport> kill = engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        await Wait.UntilAsync("the server was told to leave", () => File.Exists(InWork("closing")));
        Release();
        KillReport report = await kill;

        Assert.Equal("the whole answer", await answer);
        Assert.True((report.Outcome, report.ExitCode) == (KillOutcome.ExitedGracefully, 0), Describe(report));
        AssertDidNotWait(report, "git", "database", "file", "other");
        AssertNobodyLeft(report);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfANodeServerThatHasNothingToDo_TakesNoTime()
    {
        Need("node");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Run(engine, "node", BesideTests("drains.cjs"), Room.File("http"), GoFile));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(0, report.ExitCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("fork", TerminationScope.WholeTree, ContainmentStrength.CgroupAndReaper)]
    [InlineData("spawn", TerminationScope.WholeTree, ContainmentStrength.CgroupAndReaper)]
    [InlineData("spawn", TerminationScope.WholeTree, ContainmentStrength.Reaper)]
    public async Task Kill_OfAPythonPool_EndsEveryWorker(string method, TerminationScope scope, ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await LaunchPoolAsync(engine, scope, method);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        // The resource tracker of a pool that is spawned ignores SIGTERM, and leaves once the others have closed its pipe.
        AssertLeftAtOnce(report);
        Assert.Equal(15, report.ExitSignal);
        Assert.True(report.ProcessesBefore.Count >= 5, Describe(report));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OfAPythonPoolThatEndsItsWorkersItself_ToldAlone_ExitsByItself()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await LaunchPoolAsync(engine, TerminationScope.MainProcess, "fork", "orderly");

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        AssertLeftAtOnce(report);
        Assert.Equal(0, report.ExitCode);
        Assert.True(File.Exists(InWork("pool-closed")));
    }

    private async Task<ITrackedProcess> LaunchPoolAsync(Engine engine, TerminationScope scope, params string[] how)
    {
        Need("python3");
        LaunchRequest pool = Run(engine, "python3", [BesideTests("pool.py"), .. how]) with { Termination = new TerminationLadder { Scope = scope } };
        return await engine.LaunchReadyAsync(pool);
    }

    private static HttpClient Connect(string socketFile) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, token) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketFile), token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
