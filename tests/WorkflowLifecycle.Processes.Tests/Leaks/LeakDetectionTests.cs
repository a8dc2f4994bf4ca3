using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

[Collection(nameof(AloneCollection))]
public sealed class LeakDetectionTests : IDisposable
{
    private readonly IResourceProvider _leaks = LeakDetection.Create(new LeakDetectionOptions(), TimeProvider.System);
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
        using Child marked = Child.Start("env", "WORKFLOW_LIFECYCLE_RUN_ID=" + run.Row.RunId, "sleep", "60");
        await LaunchAsync(run);

        RunResource told = Assert.Single(await EndAsync(run), resource => resource.Name.EndsWith($"(pid {marked.Pid})", StringComparison.Ordinal));

        Assert.Equal(ResourceHandling.Report, told.Handling);
        Assert.False(marked.HasExited);
    }

    [Fact(Timeout = 60_000)]
    public async Task Discover_RunThatAnotherProcessLaunched_ComparesNothing()
    {
        await using FileStream opened = new(_place.File("opened"), FileMode.Create);

        Assert.DoesNotContain(await EndAsync(new RunContexts(TimeProvider.System.GetUtcNow())), resource => resource.Name == "open files of the host");
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
