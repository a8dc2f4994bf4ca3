using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Real containers (Podman with runc), those of a run and those of others.</summary>
public sealed class ContainersOfRunsTests : IDisposable
{
    private const int Limit = 90_000;
    private const string Podman = "/usr/bin/podman";
    private const string Runtime = "/usr/sbin/runc";

    private readonly CleaningRun _run = new();

    // The engine takes no long paths.
    private readonly string _engine = Directory.CreateTempSubdirectory("wfl-").FullName;
    private readonly ContainerCleanerOptions _options = new();
    private readonly IResourceCleaner _cleaner;
    private readonly string _cgroup = "wfl-containers-" + Guid.NewGuid().ToString("N");
    private bool _hasStarted;

    public ContainersOfRunsTests()
    {
        _options.Clients.Add(new ContainerClient { Path = Podman, Arguments = Engine });
        _cleaner = ContainerCleaner.Create(_options);
    }

    private string[] Engine =>
        ["--root", _engine + "/root", "--runroot", _engine + "/run", "--tmpdir", _engine + "/tmp", "--runtime", Runtime, "--cgroup-manager", "cgroupfs"];

    public void Dispose()
    {
        if (_hasStarted)
        {
            Client("rm", "--force", "--all", "--time", "0");

            // The engine keeps its storage mounted upon itself.
            _run.Place.Run("sh", "-c", $"! mountpoint -q {_engine}/root/overlay || umount {_engine}/root/overlay");

            // Its monitors are there a moment longer than the containers, and its cgroups, in every hierarchy there is, are left behind.
            _run.Place.Run("sh", "-c", $"for i in 1 2 3 4 5 6 7 8 9 10; do pgrep -f '^/usr/bin/conmon.*{_engine}' > /dev/null || break; sleep 0.3; done");
            _run.Place.Run("sh", "-c", $"for i in 1 2 3 4 5 6 7 8 9 10; do find /sys/fs/cgroup -depth -type d -path '*/{_cgroup}*' -exec rmdir {{}} + 2> /dev/null && exit; sleep 0.3; done; exit 1");
        }

        Directory.Delete(_engine, recursive: true);
        _run.Dispose();
    }

    private string Client(params string[] arguments) => _run.Place.Run(Podman, [.. Engine, .. arguments]).Trim();

    // By the shell, as a script of the run's would. The machine's own files under an overlay, so that no image has to be fetched.
    private string StartContainer(string labels, string command = "exec sleep 300")
    {
        Assert.SkipUnless(LinuxUser.IsRoot && File.Exists(Podman) && File.Exists(Runtime), "Podman and runc are not installed, or this is not root.");
        _hasStarted = true;
        return _run.Place.Run(
            "sh", "-c",
            $"LABELS='{labels}'; exec {Podman} {string.Join(' ', Engine)} run --detach --network none --cgroup-parent /{_cgroup} --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 $LABELS --rootfs /:O sh -c '{command}'").Trim();
    }

    private async Task<string> LabelsAsync()
    {
        ProvidedResources provided = await ((IResourceProvider)_cleaner).ProvideAsync(
            new ProvisionContext { Run = _run.Record, Request = new LaunchRequest("true") }, TestContext.Current.CancellationToken);
        Assert.Empty(provided.Resources);
        return provided.Environment["WORKFLOW_LIFECYCLE_CONTAINER_LABELS"];
    }

    private string[] Left() => Client("ps", "--all", "--quiet", "--no-trunc").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact(Timeout = Limit)]
    public async Task Containers_WithBothLabels_AreRemoved_AndNoOthers()
    {
        RunRecord run = _run.Record;
        string mine = StartContainer(await LabelsAsync(), "trap : TERM; while :; do sleep 1; done");
        string ended = StartContainer(await LabelsAsync(), "exit 3");
        string[] others =
        [
            StartContainer(string.Empty),
            StartContainer($"--label workflow-lifecycle.run={run.RunId}"),
            StartContainer($"--label workflow-lifecycle.run={run.RunId} --label workflow-lifecycle.id=0123"),
            StartContainer($"--label workflow-lifecycle.run=run_2 --label workflow-lifecycle.id={run.InternalId}"),
        ];

        IReadOnlyList<RunResource> found = await _run.DiscoverAsync(_cleaner);

        Assert.Equal(new[] { mine, ended }.Order(StringComparer.Ordinal), found.Select(resource => resource.Details["id"]).Order(StringComparer.Ordinal));
        Assert.All(found, resource => Assert.Matches("^podman [0-9a-f]{12} [a-z_0-9]+$", resource.Name));
        long started = Stopwatch.GetTimestamp();
        foreach (RunResource resource in found)
        {
            Assert.True(await _cleaner.ExistsAsync(resource, _run.Context(), TestContext.Current.CancellationToken));
            await _cleaner.CleanAsync(resource, _run.Context(), TestContext.Current.CancellationToken);
            Assert.False(await _cleaner.ExistsAsync(resource, _run.Context(CleanupMoment.Retry), TestContext.Current.CancellationToken));
            await _cleaner.CleanAsync(resource, _run.Context(CleanupMoment.Retry), TestContext.Current.CancellationToken);
        }

        // Nobody waits for a container that does not listen to SIGTERM.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 8);
        Assert.Equal(others.Order(StringComparer.Ordinal), Left().Order(StringComparer.Ordinal));
        Assert.Empty(await _run.DiscoverAsync(_cleaner));
    }

    [Theory(Timeout = Limit)]
    [InlineData("echo cannot reach the engine >&2; exit 125", "cannot reach the engine")]
    [InlineData("echo sorry", "did not answer with a list")]
    [InlineData("yes", "more than 1 MiB")]
    public async Task Client_ThatDoesNotAnswer_IsADebt_AndNeverNothingFound(string script, string why)
    {
        string client = _run.File("podman");
        File.WriteAllText(client, $"#!/bin/sh\n{script}\n");
        _run.Place.Run("chmod", "+x", client);
        _options.Clients.Clear();
        _options.Clients.Add(new ContainerClient { Path = client });

        RunResource found = Assert.Single(await _run.DiscoverAsync(_cleaner));

        Assert.Equal((ResourceHandling.Clean, $"containers of {client}"), (found.Handling, found.Name));
        Assert.Contains(why, found.Note, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(async () => await _cleaner.ExistsAsync(found, _run.Context(), TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Limit)]
    public async Task Client_ThatHangs_IsEndedWithItsTime()
    {
        string client = _run.File("podman");
        File.WriteAllText(client, $"#!/bin/sh\necho $$ > {_run.File("pid")}\nexec sleep 300\n");
        _run.Place.Run("chmod", "+x", client);
        _options.Clients.Clear();
        _options.Clients.Add(new ContainerClient { Path = client });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<IReadOnlyList<RunResource>> discovery = _cleaner.DiscoverAsync(_run.Context(), stop.Token).AsTask();
        while (!File.Exists(_run.File("pid")) || new FileInfo(_run.File("pid")).Length == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => discovery);
        string pid = File.ReadAllText(_run.File("pid")).Trim();
        while (Directory.Exists($"/proc/{pid}"))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Client_NamedByADebtAlone_IsNotRun()
    {
        string program = _run.File("program");
        File.WriteAllText(program, $"#!/bin/sh\ntouch {_run.File("it-ran")}\n");
        _run.Place.Run("chmod", "+x", program);
        RunResource forged = new() { Cleaner = CleanerNames.Containers, Name = "x", Details = new Dictionary<string, string> { ["client"] = program } };

        await Assert.ThrowsAsync<IOException>(async () => await _cleaner.CleanAsync(forged, _run.Context(), TestContext.Current.CancellationToken));

        Assert.False(File.Exists(_run.File("it-ran")));
    }

    [Fact]
    public void Clients_ThatARunCouldHaveMade_AreNotFound()
    {
        string bin = Directory.CreateDirectory(_run.File("bin")).FullName;
        string loose = Directory.CreateDirectory(_run.Place.File("../loose")).FullName;
        string good = Directory.CreateDirectory(_run.Place.File("../good")).FullName;
        foreach (string directory in (string[])[bin, loose, good])
        {
            File.WriteAllText(Path.Combine(directory, "podman"), "#!/bin/sh\n");
            _run.Place.Run("chmod", "755", directory, Path.Combine(directory, "podman"));
        }

        _run.Place.Run("chmod", "777", loose);

        Assert.Equal(Path.Combine(good, "podman"), TrustedPrograms.Find("podman", $"bin:.::{bin}:{loose}:{good}", _run.Place.WorkDirectory));
        string? other = TrustedPrograms.Find("podman", $"bin:.::{bin}:{loose}", _run.Place.WorkDirectory);
        Assert.False(other == Path.Combine(bin, "podman") || other == Path.Combine(loose, "podman"), other);
        Assert.Null(TrustedPrograms.Find("no-such-program", $"bin:.::{bin}:{loose}", _run.Place.WorkDirectory));
    }
}
