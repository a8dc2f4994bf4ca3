using WorkflowLifecycle.Processes.Linux;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A shell script that runs, held for real.</summary>
internal sealed class LiveRun : IAsyncDisposable
{
    private readonly TemporaryDirectory _place = new();
    private readonly LinuxPlatform _platform;
    private IHeldRun? _held;
    private RunRecord? _run;

    private LiveRun(bool withCgroup) =>
        _platform = new LinuxPlatform(new ContainmentSettings { RuntimeDirectory = _place.Path, WithoutCgroups = !withCgroup }, TimeProvider.System);

    /// <summary>The script's working directory.</summary>
    public string Directory => _place.Path;

    public ContainmentRecord Record => _run!.Containment!;

    /// <summary>Launches the script; skips the test where there is no cgroup to be had for it.</summary>
    public static async Task<LiveRun> LaunchAsync(string script, bool withCgroup, OutputMode output = OutputMode.Discard, DateTimeOffset? stampedFrom = null)
    {
        if (withCgroup)
        {
            _ = CgroupPlace.Require();
        }

        LiveRun live = new(withCgroup);
        await live.LaunchAsync(script, output, stampedFrom);
        return live;
    }

    public RunRecord Run => _run!;

    public IEvidenceReader Evidence => _platform.Evidence;

    public IContainment Open() => _platform.Open(_run!);

    public string File(string name) => Path.Combine(Directory, name);

    public long Length(string name) => new FileInfo(File(name)) is { Exists: true } file ? file.Length : 0;

    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (IContainment containment = Open())
        {
            await containment.ConnectAsync();
            await containment.EndAsync(KillId.New(TimeProvider.System));
            await containment.WaitForEndAsync();
            await containment.CleanAsync(keepOutput: false);
            containment.DiscardRecords(keepOutput: false);
        }

        await _held!.DisposeAsync();
        _place.Dispose();
    }

    private async Task LaunchAsync(string script, OutputMode output, DateTimeOffset? stampedFrom)
    {
        string internalId = Guid.NewGuid().ToString("N");
        ContainmentSpec spec = _platform.Resolve(new ContainmentSpec
        {
            RunId = RunId.Parse("run_" + internalId[..12]),
            InternalId = internalId,
            Program = "sh",
            Arguments = ["sh", "-c", script],
            WorkingDirectory = Directory,
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            Output = output,
            OutputFileCap = output == OutputMode.Files ? 1 << 20 : 1,
            OutputFilesKept = 1,
            StampedFrom = stampedFrom,
        });
        await using IPreparedRun prepared = await _platform.PrepareAsync(spec);
        _held = await prepared.GoAsync();
        _run = new RunRecord
        {
            RunId = spec.RunId,
            InternalId = internalId,
            State = RunState.Running,
            LaunchedBy = _platform.User.Subject,
            Program = spec.Program,
            WorkingDirectory = spec.WorkingDirectory,
            Host = _platform.Self,
            CreatedAt = default,
            Output = output,
            Root = _held.Root,
            Containment = prepared.Containment,
        };
    }
}
