using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Waiting;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>
/// An adopted tree, as the host that adopted it watches it: nothing while its root lives, whose pidfd tells; then a look now and then until
/// nobody is left. Its streams are not ours, and nobody tells us its exit code.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class AdoptedRun : IHeldRun
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly RunCgroup? _cgroup;
    private readonly Machine _machine;
    private readonly TimeProvider _timeProvider;
    private readonly AdoptedSweep _sweep;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Begins to watch, and takes over the cgroup.</summary>
    public AdoptedRun(ProcessIdentity root, RunDirectory directory, RunCgroup? cgroup, Machine machine, TimeProvider timeProvider)
    {
        Root = root;
        _cgroup = cgroup;
        _machine = machine;
        _timeProvider = timeProvider;
        _sweep = new AdoptedSweep(root, directory, machine);
        Ended = Task.Run(WatchAsync);
    }

    public ProcessIdentity Root { get; }

    public Stream? StandardInput => null;

    public Stream? StandardOutput => null;

    public Stream? StandardError => null;

    public Task<ExitNotice> Exited { get; } = Task.FromResult(new ExitNotice(null, null));

    public Task<EndNotice?> Ended { get; }

    public IAsyncEnumerable<HoldSignal> Signals { get; } = AsyncEnumerable.Empty<HoldSignal>();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _cgroup?.Dispose();
    }

    private async Task<EndNotice?> WatchAsync()
    {
        if (PidDescriptor.Open(Root.Pid, out _) is { } descriptor)
        {
            using ExitWatch watch = new(descriptor);
            if (_machine.Look(Root) == ProcessPresence.Present)
            {
                await watch.Exited.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }

        using PeriodicTimer timer = new(LookInterval, _timeProvider);
        while (IsAnybodyThere())
        {
            await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
        }

        return new EndNotice { Proof = _cgroup is null ? EndProof.None : EndProof.CgroupEmpty };
    }

    private bool IsAnybodyThere() =>
        _cgroup is { } cgroup ? cgroup.IsPopulated() != false
        : _machine.Look(Root) is ProcessPresence.Present or ProcessPresence.Unknown || _sweep.FindLiving().Count > 0;
}
