using System.Globalization;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

/// <summary>Processes that seem to have come out of a run, and where they can be reached: told, never ended.</summary>
[Collection(nameof(AloneCollection))]
public sealed class NewcomerTests : LeakTest
{
    private const int Limit = 60_000;

    // The leader of the session says who he is, waits for a line, and leaves a process behind in his session.
    private const string Escaping = "echo $$; read line; sleep 60 > /dev/null < /dev/null & echo $!";

    private const string Listening = "import socket, sys\nmade = socket.socket(socket.AF_UNIX)\nmade.bind('\\0' + sys.argv[1])\nmade.listen()";

    private readonly string _name = "leak-test-" + Guid.NewGuid().ToString("N");

    // It has the variable when it says so: before that it is another program.
    private static async Task<Child> MarkedAsync(string run)
    {
        Child child = Child.Start("env", "WORKFLOW_LIFECYCLE_RUN_ID=" + run, "sh", "-c", "echo ready; exec sleep 60");
        Assert.Equal("ready", await child.ReadLineAsync());
        return child;
    }

    private static string NameOf(Child child) => string.Create(CultureInfo.InvariantCulture, $"(pid {child.Pid})");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S11")]
    public async Task Discover_ProcessInASessionOfTheRunThatInitHas_IsToldAndLeftAlone()
    {
        using Child leader = Child.Start("setsid", "sh", "-c", Escaping);
        Assert.Equal(leader.Pid.ToString(CultureInfo.InvariantCulture), await leader.ReadLineAsync());
        RunContexts run = NewRun(leader.Pid);
        leader.Tell(string.Empty);
        int escaped = int.Parse((await leader.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await leader.WaitAsync();

        // In a process that did not see the launch: the row is enough.
        RunResource[] told = await EndAsync(Create(), run);
        bool isThere = ProcessReader.TryReadStat(escaped, out ProcStat stat) && stat.State != 'Z';
        using Child kill = Child.Start("kill", escaped.ToString(CultureInfo.InvariantCulture));
        await kill.WaitAsync();

        RunResource process = Assert.Single(told, resource => resource.Name.EndsWith(string.Create(CultureInfo.InvariantCulture, $"(pid {escaped})"), StringComparison.Ordinal));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"in the session {leader.Pid} that a process of the run began; its parent is PID {stat.ParentPid}"), process.Note, StringComparison.Ordinal);
        Assert.Equal(ResourceHandling.Report, process.Handling);
        Assert.True(isThere);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_ProcessOfARunThatNobodyKnows_IsTold()
    {
        using Child before = await MarkedAsync("run_of-nobody");
        await Task.Delay(30, TestContext.Current.CancellationToken);
        using Child program = Child.Sleeping();
        using Child marked = await MarkedAsync("run_of-nobody");

        RunResource[] told = await EndAsync(Create(), NewRun(program.Pid));

        Assert.Contains("its environment names run_of-nobody", Assert.Single(told, resource => resource.Name.EndsWith(NameOf(marked), StringComparison.Ordinal)).Note, StringComparison.Ordinal);
        Assert.DoesNotContain(told, resource => resource.Name.EndsWith(NameOf(before), StringComparison.Ordinal));
        Assert.False(marked.HasExited);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_ProcessOfARunThatLives_IsNotTold()
    {
        await using LiveRun living = await LiveRun.LaunchAsync("WORKFLOW_LIFECYCLE_RUN_ID=run_of-nobody-here sleep 60 & sleep 60", withCgroup: false);

        RunResource[] told = await EndAsync(Create(), NewRun(living.Run.Root!.Pid));

        Assert.DoesNotContain(told, resource => resource.Note!.Contains("run_of-nobody-here", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_AbstractSocketOfAProcessThatCameSince_IsToldWithWhoHasIt()
    {
        using Child old = await Python.StartAsync(Listening, _name + "-old");
        await Task.Delay(30, TestContext.Current.CancellationToken);
        using Child program = Child.Sleeping();
        using Child holder = await Python.StartAsync(Listening, _name);

        RunResource[] told = await EndAsync(Create(), NewRun(program.Pid));

        string ports = Assert.Single(told, resource => resource.Name == "ports of processes that came since").Note!;
        Assert.Contains($"unix @{_name} by python3 {NameOf(holder)}", ports, StringComparison.Ordinal);
        Assert.DoesNotContain(_name + "-old", ports, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_AbstractSocketOfTheHost_IsTold()
    {
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);
        using Socket leaked = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        leaked.Bind(new UnixDomainSocketEndPoint("\0" + _name));
        leaked.Listen();

        Assert.Contains("unix @" + _name, Assert.Single(await EndAsync(leaks, run), resource => resource.Name == "ports of the host").Note, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_ManyProcesses_AreToldInPartWithTheirNumber()
    {
        RunContexts run = NewRun();
        Child[] marked = await Task.WhenAll(Enumerable.Range(0, 23).Select(_ => MarkedAsync(run.Row.RunId.ToString())));

        RunResource[] told = await EndAsync(Create(), run);
        Array.ForEach(marked, child => child.Dispose());

        Assert.Equal(20, told.Count(resource => resource.Note!.StartsWith("the run's mark", StringComparison.Ordinal)));
        Assert.Equal("3 more", Assert.Single(told, resource => resource.Name == "processes").Note);
    }
}
