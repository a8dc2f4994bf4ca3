using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>The containment of a run as one host opened it; without a tree, what a reboot left of it.</summary>
internal sealed class SimulatedContainment(SimulatedMachine machine, SimulatedTree? tree, RunRecord run, SimulatedHost host) : IContainment
{
    public ContainmentStrength Strength { get; private set; } = run.Containment!.Strength;

    public bool IsCleaned => host.Life.Call(() => tree is null || (tree.IsCleaned && !tree.IsShimThere));

    public Task<IDisposable?> LockAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync<IDisposable?>($"lock {run.RunId}", async () =>
    {
        TaskCompletionSource<bool> turn;
        lock (machine.Gate)
        {
            if (tree is null || !tree.HasDirectory)
            {
                return null;
            }

            turn = tree.Lock(host);
        }

        // Cancelled before it was tried, it is still tried once.
        using CancellationTokenRegistration registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        await turn.Task;
        return new HeldLock(machine, tree, host);
    });

    public Task<HoldStatus?> ConnectAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync($"connect {run.RunId}", () =>
    {
        lock (machine.Gate)
        {
            Strength = tree is { IsShimThere: true } ? run.Containment!.Strength : ContainmentStrength.CgroupOnly;
            return Task.FromResult(tree switch
            {
                null => null,
                { End: { } end } when tree.HasDirectory => new HoldStatus { IsEmpty = true, RootExited = true, Exit = end.Exit, IsReady = tree.IsReady, HostGone = tree.Host.IsDead, End = end },
                { NeverStarted: true } when tree.HasDirectory && run.Root is null =>
                    new HoldStatus { IsEmpty = true, RootExited = true, HostGone = true, End = new EndNotice { Proof = EndProof.NeverStarted } },
                { IsShimThere: true } => new HoldStatus
                {
                    RootPid = tree.RootPid,
                    RootExited = tree.RootExit is not null,
                    Exit = tree.RootExit,
                    IsReady = tree.IsReady,
                    HostGone = tree.Host.IsDead,
                },
                _ => null,
            });
        }
    });

    public int Count(InspectionDepth depth) => Inspect(depth, default).Processes.Count;

    public ProcessListing Inspect(InspectionDepth depth, TimeSpan limit) => host.Life.Call(() =>
    {
        lock (machine.Gate)
        {
            return new ProcessListing([.. (tree?.Processes ?? []).Order().Select(pid => new ProcessSnapshot { Pid = pid, Name = "agent", StartTicks = 1000, CommandLine = "agent", State = 'S' })], Truncated: false);
        }
    });

    public Task<bool> FreezeAsync(TimeSpan lease, CancellationToken cancellationToken = default) => host.Life.CallAsync($"freeze {run.RunId}", () =>
    {
        lock (machine.Gate)
        {
            if (tree is not { IsShimThere: true, End: null })
            {
                return Task.FromResult(false);
            }

            tree.FrozenUntil = machine.Now + lease;
            return Task.FromResult(true);
        }
    });

    public Task ThawAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync($"thaw {run.RunId}", () =>
    {
        if (tree is not null)
        {
            machine.Thaw(tree);
        }

        return Task.FromResult(true);
    });

    public Task<int> SignalAsync(int signal, SignalScope scope, TimeSpan patience, CancellationToken cancellationToken = default) =>
        host.Life.CallAsync($"signal {run.RunId}", () => Task.FromResult(tree is null ? 0 : machine.Signal(tree, run, signal)));

    public Task<TimeSpan> ReadExtensionAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync($"extension {run.RunId}", () => Task.FromResult(TimeSpan.Zero));

    public Task EndAsync(KillId killId, CancellationToken cancellationToken = default) => host.Life.CallAsync($"end {run.RunId}", () =>
    {
        if (tree is not null)
        {
            machine.Kill(tree, run, killId);
        }

        return Task.FromResult(true);
    });

    public Task<EndNotice?> WatchEndAsync(CancellationToken cancellationToken = default) =>
        host.Life.CallAsync($"watch {run.RunId}", async () => tree is null || (!tree.IsShimThere && tree.End is null) ? null : await tree.Ended.Task.WaitAsync(cancellationToken));

    public bool? IsPopulated() => host.Life.Call<bool?>(() =>
    {
        lock (machine.Gate)
        {
            return tree is { Processes.Count: > 0 };
        }
    });

    public Task<EndNotice?> WaitForEndAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync<EndNotice?>($"wait {run.RunId}", async () =>
    {
        if (tree is not null)
        {
            await tree.Emptied.Task.WaitAsync(cancellationToken);
        }

        Strength = tree is { IsShimThere: true } ? Strength : ContainmentStrength.CgroupOnly;
        return tree?.End ?? new EndNotice { Proof = EndProof.CgroupEmpty, Cause = EndCause.Kill, ForcedKills = tree?.ForcedKills ?? 0 };
    });

    public Task<IReadOnlyList<CleanupResult>> CleanAsync(bool keepOutput, CancellationToken cancellationToken = default) => host.Life.CallAsync<IReadOnlyList<CleanupResult>>($"clean {run.RunId}", () =>
    {
        lock (machine.Gate)
        {
            bool fails = machine.CleaningFails && tree is { HasCgroup: true };
            if (tree is { Processes.Count: > 0 })
            {
                machine.Violations.Enqueue($"P3: {run.RunId} was cleaned under a living tree");
            }

            if (tree is not null)
            {
                tree.IsShimThere = false;
                tree.Ended.TrySetResult(tree.End);
                tree.HasCgroup &= fails;
                tree.IsCleaned = !fails;
            }

            string[] path = [run.Containment!.CgroupPath!];
            return Task.FromResult<IReadOnlyList<CleanupResult>>(
            [
                fails
                    ? new CleanupResult { Cleaner = "cgroup", Found = path, Remaining = path, Outcome = CleanupOutcomes.Failed, Message = "busy" }
                    : new CleanupResult { Cleaner = "cgroup", Found = path, Cleaned = path, Outcome = CleanupOutcomes.Clean },
            ]);
        }
    });

    public IReadOnlyList<string> DiscardRecords(bool keepOutput) => host.Life.Call<IReadOnlyList<string>>(() =>
    {
        lock (machine.Gate)
        {
            if (tree is not null)
            {
                SimulatedMachine.Remove(tree);
            }

            return [];
        }
    });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class HeldLock(SimulatedMachine machine, SimulatedTree tree, SimulatedHost host) : IDisposable
    {
        public void Dispose()
        {
            lock (machine.Gate)
            {
                // The kernel has freed those of a host that is dead.
                if (!host.IsDead)
                {
                    tree.Unlock();
                }
            }
        }
    }
}
