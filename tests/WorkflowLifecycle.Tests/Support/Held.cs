using NSubstitute;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>A substitute for the containment of one run: a tree of two that goes when it is told to.</summary>
internal sealed class Held
{
    // Sent to be patient with what the main program leaves behind; it ends nobody.
    private const int SigCont = 18;

    private readonly TaskCompletionSource _terminated = new();

    public Held(CallLog log)
    {
        Containment.Strength.Returns(ContainmentStrength.CgroupAndReaper);
        Containment.LockAsync(default)!.ReturnsForAnyArgs(call => LockAsync(log, call.Arg<CancellationToken>()));
        Containment.ConnectAsync(default)!.ReturnsForAnyArgs(_ => Task.FromResult(Status));
        Containment.Count(default).ReturnsForAnyArgs(_ => Tree.Processes.Count);
        Containment.Inspect(default, default).ReturnsForAnyArgs(_ => Tree);
        Containment.IsPopulated().Returns(_ => Populated);
        Containment.SignalAsync(default, default, default, default).ReturnsForAnyArgs(call =>
        {
            if (call.ArgAt<int>(0) != SigCont)
            {
                log.Add("SIGTERM");
                _terminated.TrySetResult();
            }

            return Task.FromResult(Tree.Processes.Count);
        });
        Containment.WatchEndAsync(default)!.ReturnsForAnyArgs(call => LeaveAsync(call.Arg<CancellationToken>()));
        Containment.EndAsync(default, default).ReturnsForAnyArgs(_ =>
        {
            log.Add("SIGKILL");
            OnEnd();
            return Task.CompletedTask;
        });
        Containment.WaitForEndAsync(default)!.ReturnsForAnyArgs(call => Dying.Task.WaitAsync(call.Arg<CancellationToken>()));
        Containment.CleanAsync(default, default).ReturnsForAnyArgs(async _ =>
        {
            log.Add("clean");
            await OnFree();
            return Receipt;
        });
        Containment.DiscardRecords(default).ReturnsForAnyArgs(_ =>
        {
            log.Add("discard");
            return [];
        });
        Unlocked.SetResult();
        Dying.SetResult(Sample.Proven);
    }

    public IContainment Containment { get; } = Substitute.For<IContainment>();

    public HoldStatus? Status { get; set; } = new() { RootPid = 200 };

    public ProcessListing Tree { get; set; } = Sample.Tree;

    public bool? Populated { get; set; } = true;

    public Action OnEnd { get; set; } = static () => { };

    /// <summary>What happens before its containment is freed; by default nothing.</summary>
    public Func<Task> OnFree { get; set; } = static () => Task.CompletedTask;

    public TaskCompletionSource Unlocked { get; set; } = new();

    /// <summary>The tree's end after SIGTERM; by default it stays.</summary>
    public TaskCompletionSource<EndNotice?> Leaving { get; set; } = new();

    /// <summary>The tree's end after SIGKILL; by default at once, and proven.</summary>
    public TaskCompletionSource<EndNotice?> Dying { get; set; } = new();

    public IReadOnlyList<CleanupResult> Receipt { get; set; } =
    [
        new() { Cleaner = "cgroup", Outcome = "Clean" },
        new() { Cleaner = "run-directory", Outcome = "Clean" },
    ];

    private async Task<EndNotice?> LeaveAsync(CancellationToken cancellationToken)
    {
        await _terminated.Task.WaitAsync(cancellationToken);
        return await Leaving.Task.WaitAsync(cancellationToken);
    }

    private async Task<IDisposable?> LockAsync(CallLog log, CancellationToken cancellationToken)
    {
        await Unlocked.Task.WaitAsync(cancellationToken);
        log.Add("lock");
        return new Release(() => log.Add("unlock"));
    }

    private sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
