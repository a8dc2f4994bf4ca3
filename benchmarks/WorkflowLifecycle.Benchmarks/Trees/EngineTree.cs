using System.Diagnostics;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>A tree held by the engine's own containment: no store, no registry, no capture.</summary>
internal sealed class EngineTree : IAsyncDisposable
{
    private readonly IContainmentPlatform _platform;
    private readonly IHeldRun _held;
    private readonly RunRecord _run;

    private EngineTree(IContainmentPlatform platform, IHeldRun held, RunRecord run)
    {
        _platform = platform;
        _held = held;
        _run = run;
    }

    public ContainmentStrength Strength => _run.Containment!.Strength;

    public static async Task<EngineTree> LaunchAsync(IContainmentPlatform platform, string program, IReadOnlyList<string> arguments)
    {
        ContainmentSpec spec = platform.Resolve(new ContainmentSpec
        {
            RunId = RunId.New(),
            InternalId = Guid.NewGuid().ToString("N"),
            Program = program,
            Arguments = [program, .. arguments],
            WorkingDirectory = "/",
            Environment = new Dictionary<string, string>(),
            Output = OutputMode.Discard,
        });
        IPreparedRun prepared = await platform.PrepareAsync(spec);
        await using (prepared)
        {
            IHeldRun held = await prepared.GoAsync();
            RunRecord run = new()
            {
                RunId = spec.RunId,
                InternalId = spec.InternalId,
                State = RunState.Running,
                LaunchedBy = "host:benchmarks",
                Program = program,
                WorkingDirectory = "/",
                Host = platform.Self,
                Root = held.Root,
                Containment = prepared.Containment,
                CreatedAt = DateTimeOffset.UnixEpoch,
            };
            return new EngineTree(platform, held, run);
        }
    }

    public static async Task<EngineTree> LaunchAsync(IContainmentPlatform platform, string forest, TreeSpec tree)
    {
        EngineTree launched = await LaunchAsync(platform, forest, tree.Arguments);
        await TreeReadiness.WaitAsync(tree);
        return launched;
    }

    /// <summary>The tree's row, as a store would have it.</summary>
    public RunRecord Run => _run;

    /// <summary>The tree's containment, for looking at it.</summary>
    public IContainment Open() => _platform.Open(_run);

    /// <summary>Ends the tree as a kill does, without looking and without recording: milliseconds from the first call to the proof.</summary>
    public async Task<double> EndAsync()
    {
        long started = Stopwatch.GetTimestamp();
        IContainment containment = Open();
        await using (containment)
        {
            await containment.ConnectAsync();
            await containment.EndAsync(KillId.New(TimeProvider.System));
            EndNotice? end = await containment.WaitForEndAsync();
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (end is null or { Proof: EndProof.None })
            {
                throw new InvalidOperationException("The end was not proven.");
            }

            await containment.CleanAsync(keepOutput: false);
            IReadOnlyList<string> left = containment.DiscardRecords(keepOutput: false);
            return left.Count == 0 ? took : throw new InvalidOperationException($"{left[0]} was left behind.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _held.Ended;
        await _held.DisposeAsync();
    }
}
