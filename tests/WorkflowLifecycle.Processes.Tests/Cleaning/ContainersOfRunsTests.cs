using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Tests.Shared;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Real containers (Podman, and a Docker daemon), those of a run and those of others.</summary>
public sealed class ContainersOfRunsTests : IDisposable
{
    private const int Limit = 240_000;

    private readonly CleaningRun _run = new();
    private readonly ContainerCleanerOptions _options = new();
    private readonly IResourceCleaner _cleaner;

    public ContainersOfRunsTests() => _cleaner = ContainerCleaner.Create(_options);

    public void Dispose() => _run.Dispose();

    private async Task<string> LabelsAsync()
    {
        ProvidedResources provided = await ((IResourceProvider)_cleaner).ProvideAsync(
            new ProvisionContext { Run = _run.Record, Request = new LaunchRequest("true") }, TestContext.Current.CancellationToken);
        Assert.Empty(provided.Resources);
        return provided.Environment["WORKFLOW_LIFECYCLE_CONTAINER_LABELS"];
    }

    [Theory(Timeout = Limit)]
    [InlineData("podman")]
    [InlineData("docker")]
    public async Task Containers_WithBothLabels_AreRemoved_AndNoOthers(string name)
    {
        using ContainerEngine engine = ContainerEngine.Create(name);
        Assert.SkipWhen(engine.Missing is not null, engine.Missing ?? name);
        engine.Start();
        _options.Clients.Add(new ContainerClient { Path = engine.Client, Arguments = engine.Arguments });
        RunRecord run = _run.Record;
        string mine = engine.Run(await LabelsAsync(), "trap : TERM; while :; do sleep 1; done");
        string ended = engine.Run(await LabelsAsync(), "exit 3");
        string[] others =
        [
            engine.Run(string.Empty),
            engine.Run($"--label workflow-lifecycle.run={run.RunId}"),
            engine.Run($"--label workflow-lifecycle.run={run.RunId} --label workflow-lifecycle.id=0123"),
            engine.Run($"--label workflow-lifecycle.run=run_2 --label workflow-lifecycle.id={run.InternalId}"),
        ];

        IReadOnlyList<RunResource> found = await _run.DiscoverAsync(_cleaner);

        Assert.Equal(new[] { mine, ended }.Order(StringComparer.Ordinal), found.Select(resource => resource.Details["id"]).Order(StringComparer.Ordinal));
        Assert.All(found, resource => Assert.Matches($"^{name} [0-9a-f]{{12}} [a-z_0-9]+$", resource.Name));
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
        Assert.Equal(others.Order(StringComparer.Ordinal), engine.List().Order(StringComparer.Ordinal));
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
