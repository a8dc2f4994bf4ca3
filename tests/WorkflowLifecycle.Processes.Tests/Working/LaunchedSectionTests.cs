using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>A program that was launched finds its critical directory, at every hardening, and nothing of it outlives the run.</summary>
public sealed class LaunchedSectionTests : IDisposable
{
    private const Hardening Everything = Hardening.Landlock | Hardening.PidNamespace | Hardening.NoNewPrivileges;

    private readonly TemporaryDirectory _place = new();
    private readonly IContainmentPlatform _platform;

    public LaunchedSectionTests() => _platform = ContainmentPlatform.Create(new ContainmentSettings { RuntimeDirectory = _place.File("r") }, TimeProvider.System);

    public void Dispose() => _place.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData(Hardening.None)]
    [InlineData(Hardening.NoNewPrivileges)]
    [InlineData(Hardening.Landlock)]
    [InlineData(Hardening.PidNamespace)]
    [InlineData(Everything)]
    public async Task Program_InASection_IsSeenByNameAndNumberAndItsDirectoryGoesWithTheRun(Hardening hardening)
    {
        ContainmentSpec spec = Specify("flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/git\" sh -c 'echo ready; exec sleep 50'", hardening);
        IPreparedRun prepared = await _platform.PrepareAsync(spec);
        IHeldRun held = await prepared.GoAsync();
        RunRecord run = Describe(spec, prepared.Containment, held.Root);
        Assert.Equal("ready", await new StreamReader(held.StandardOutput!).ReadLineAsync());

        IReadOnlyList<CriticalSection> sections = _platform.Work.ReadSections(run.Containment!);
        Task left = _platform.Work.WaitForSectionAsync(run.Containment!, CriticalSectionKind.Git, CancellationToken.None);
        bool leftAtOnce = left.IsCompleted;
        bool areThere = sections.All(found => Directory.Exists($"/proc/{found.Pid}"));
        await EndAsync(run);
        await held.DisposeAsync();

        CriticalSection section = Assert.Single(sections);
        Assert.Equal((CriticalSectionKind.Git, "sh -c echo ready; exec sleep 50"), (section.Kind, section.Name));
        Assert.True(areThere);
        Assert.False(leftAtOnce);
        await left.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(Directory.GetFileSystemEntries(_place.File("r/r")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Program_WhoseLockWasTakenByAnotherProcess_IsFoundInItsCgroup()
    {
        Assert.SkipUnless((await _platform.ProbeAsync()).CgroupRoot is not null, "The holder is looked for in the run's cgroup.");
        ContainmentSpec spec = Specify("exec 9> $WORKFLOW_LIFECYCLE_CRITICAL/file; flock -s 9; echo ready; exec sleep 50", Hardening.None);
        IPreparedRun prepared = await _platform.PrepareAsync(spec);
        IHeldRun held = await prepared.GoAsync();
        RunRecord run = Describe(spec, prepared.Containment, held.Root);
        Assert.Equal("ready", await new StreamReader(held.StandardOutput!).ReadLineAsync());

        // The shell has executed sleep once that is its command line; a cold first look may run out of its time.
        CriticalSection section;
        do
        {
            section = Assert.Single(_platform.Work.ReadSections(run.Containment!));
        }
        while (section.Name != "sleep 50" && !TestContext.Current.CancellationToken.IsCancellationRequested);

        await EndAsync(run);
        await held.DisposeAsync();
        Assert.Equal((CriticalSectionKind.File, "sleep 50", held.Root.Pid), (section.Kind, section.Name, section.Pid));
    }

    private ContainmentSpec Specify(string script, Hardening hardening) => _platform.Resolve(new ContainmentSpec
    {
        RunId = RunId.Parse("run_1"),
        InternalId = Guid.NewGuid().ToString("N"),
        Program = "/bin/sh",
        Arguments = ["/bin/sh", "-c", script],
        WorkingDirectory = "/",
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [CriticalDirectory.EnvironmentVariable] = "/of/another/run" },
        Output = OutputMode.Stream,
        Hardening = hardening,
    });

    private async Task EndAsync(RunRecord run)
    {
        await using IContainment containment = _platform.Open(run);
        await containment.ConnectAsync();
        await containment.EndAsync(KillId.New(TimeProvider.System));
        Assert.NotNull(await containment.WaitForEndAsync(TestContext.Current.CancellationToken));
        Assert.All(await containment.CleanAsync(keepOutput: false), line => Assert.Empty(line.Remaining));
        Assert.Empty(containment.DiscardRecords(keepOutput: false));
    }

    private RunRecord Describe(ContainmentSpec spec, ContainmentRecord containment, ProcessIdentity root) => new()
    {
        RunId = spec.RunId,
        InternalId = spec.InternalId,
        State = RunState.Running,
        LaunchedBy = "host:test",
        Program = spec.Program,
        WorkingDirectory = spec.WorkingDirectory,
        Host = _platform.Self,
        Root = root,
        CreatedAt = default,
        Containment = containment,
    };
}
