using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

[Collection(nameof(AloneCollection))]
public sealed class LeakDetectionTests : IDisposable
{
    private readonly IResourceProvider _leaks = LeakDetection.Create(new LeakDetectionOptions(), new ContainmentSettings(), TimeProvider.System);
    private readonly TemporaryDirectory _place = new();

    private ValueTask<ProvidedResources> LaunchAsync(RunContexts run) =>
        _leaks.ProvideAsync(new ProvisionContext { Run = run.Row, Request = new LaunchRequest("sleep", "60") });

    private async Task<RunResource[]> EndAsync(RunContexts run) => [.. await _leaks.DiscoverAsync(run.After([]))];

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S11")]
    public async Task Discover_FileThatTheHostOpenedSince_IsTold()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        await LaunchAsync(run);
        await using FileStream leaked = new(_place.File("leaked"), FileMode.Create);

        RunResource told = Assert.Single(await EndAsync(run), resource => resource.Name == "open files of the host");

        Assert.Contains($"{leaked.Name} 0 -> 1", told.Note!, StringComparison.Ordinal);
        Assert.DoesNotContain("may be theirs", told.Note!, StringComparison.Ordinal);
        Assert.Equal(ResourceHandling.Report, told.Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_PortThatTheHostOpenedSince_IsTold()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        await LaunchAsync(run);
        using Socket leaked = new(SocketType.Stream, ProtocolType.Tcp);
        leaked.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        leaked.Listen();

        RunResource told = Assert.Single(await EndAsync(run), resource => resource.Name == "ports of the host");

        Assert.Contains($":{((IPEndPoint)leaked.LocalEndPoint!).Port}", told.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_EntryInTheTempDirectorySince_IsTold()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        await LaunchAsync(run);
        DirectoryInfo left = Directory.CreateTempSubdirectory("leak-test-");

        // Tests beside this one make and remove theirs: which it names is not for this test to say.
        IReadOnlyList<RunResource> told = await EndAsync(run);
        left.Delete();

        Assert.Contains(told, resource => resource.Name == "temp directory of the host");
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_FileThatIsClosedAMomentLater_IsNoLeak()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        await LaunchAsync(run);
        FileStream file = new(_place.File("closing"), FileMode.Create);
        Task closing = Task.Run(async () =>
        {
            await Task.Delay(60, TestContext.Current.CancellationToken);
            await file.DisposeAsync();
        });

        Assert.DoesNotContain(await EndAsync(run), resource => resource.Name == "open files of the host");
        await closing;
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_OtherRunsMeanwhile_SaysThatItMayBeTheirs()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        await LaunchAsync(run);
        await LaunchAsync(new RunContexts(TimeProvider.System.GetUtcNow()));
        await using FileStream leaked = new(_place.File("leaked"), FileMode.Create);

        RunResource told = Assert.Single(await EndAsync(run), resource => resource.Name == "open files of the host");

        Assert.Contains("may be theirs", told.Note!, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S11")]
    public async Task Discover_ProcessWithTheRunsMark_IsToldAndLeftAlone()
    {
        RunContexts run = new(TimeProvider.System.GetUtcNow());
        using Child marked = Child.Start("env", "WORKFLOW_LIFECYCLE_RUN_ID=" + run.Row.RunId, "sh", "-c", "echo ready; exec sleep 60");
        Assert.Equal("ready", await marked.ReadLineAsync());
        await LaunchAsync(run);

        RunResource told = Assert.Single(await EndAsync(run), resource => resource.Name.EndsWith($"(pid {marked.Pid})", StringComparison.Ordinal));

        Assert.Equal(ResourceHandling.Report, told.Handling);
        Assert.False(marked.HasExited);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(0, "this process has no snapshot of the launch")]
    [InlineData(1, "another process launched the run")]
    public async Task Discover_WithoutASnapshotOfTheLaunch_SaysThatNothingWasCompared(int away, string why)
    {
        await using FileStream opened = new(_place.File("opened"), FileMode.Create);
        RunContexts run = new(TimeProvider.System.GetUtcNow());

        RunResource[] told = await EndAsync(new RunContexts(run.Row.CreatedAt) { Row = run.Row with { Host = run.Row.Host with { Pid = run.Row.Host.Pid + away } } });

        Assert.DoesNotContain(told, resource => resource.Name == "open files of the host");
        RunResource line = Assert.Single(told, resource => resource.Name == "comparison with the launch");
        Assert.Contains(why, line.Note, StringComparison.Ordinal);
        Assert.Equal(ResourceHandling.Report, line.Handling);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_AfterARunThatAnotherProcessEnded_IsAloneAgain()
    {
        LaterClock clock = new();
        IResourceProvider leaks = LeakDetection.Create(new LeakDetectionOptions(), new ContainmentSettings { RuntimeDirectory = _place.Path }, clock);
        RunContexts ended = new(clock.GetUtcNow());
        RunContexts run = new(clock.GetUtcNow());
        await leaks.ProvideAsync(new ProvisionContext { Run = ended.Row, Request = new LaunchRequest("sleep", "60") });
        clock.Ahead = TimeSpan.FromMinutes(2);
        await leaks.ProvideAsync(new ProvisionContext { Run = run.Row, Request = new LaunchRequest("sleep", "60") });
        await using FileStream leaked = new(_place.File("leaked"), FileMode.Create);

        RunResource told = Assert.Single(await leaks.DiscoverAsync(run.After([])), resource => resource.Name == "open files of the host");

        Assert.DoesNotContain("may be theirs", told.Note!, StringComparison.Ordinal);
        Assert.Contains(await leaks.DiscoverAsync(ended.After([])), resource => resource.Name == "comparison with the launch");
    }

    [Fact(Timeout = 60_000)]
    public async Task Provide_OnThisMachine_TakesMilliseconds()
    {
        await LaunchAsync(new RunContexts(TimeProvider.System.GetUtcNow()));
        List<double> times = [];
        for (int i = 0; i < 21; i++)
        {
            long started = Stopwatch.GetTimestamp();
            await LaunchAsync(new RunContexts(TimeProvider.System.GetUtcNow()));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        TestContext.Current.SendDiagnosticMessage($"A snapshot takes {times[10]:0.00} ms (median of 21, longest {times[20]:0.00}).");
        Assert.InRange(times[10], 0, 25);
    }

    public void Dispose() => _place.Dispose();
}
