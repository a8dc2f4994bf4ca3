using System.Collections.Concurrent;
using System.Globalization;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>
/// A machine that survives its hosts: processes, shims with the record of the end, cgroups, kill locks, boots. Run directories are real ones, since the
/// engine keeps its spool in them.
/// </summary>
internal sealed class SimulatedMachine(string root, SimulatedStore store)
{
    public const int SigTerm = 15;
    public const int SigCont = 18;

    private const int FirstPid = 100;

    private readonly Dictionary<string, SimulatedTree> _trees = [];
    private int _lastPid = FirstPid;

    public Lock Gate { get; } = new();

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public int Boot { get; private set; } = 1;

    public string Root { get; } = root;

    /// <summary>While it is on, no cgroup can be removed.</summary>
    public bool CleaningFails { get; set; }

    public ConcurrentQueue<Signalled> Signals { get; } = [];

    public Action<string> Tell { get; set; } = static _ => { };

    /// <summary>What no machine should have seen.</summary>
    public ConcurrentQueue<string> Violations { get; } = [];

    public IReadOnlyList<SimulatedTree> Trees
    {
        get
        {
            lock (Gate)
            {
                return [.. _trees.Values];
            }
        }
    }

    public ProcessIdentity NewProcess() => Identity(++_lastPid, Boot);

    public static ProcessIdentity Identity(int pid, int boot) => new()
    {
        HostId = "machine",
        BootId = "boot" + boot.ToString(CultureInfo.InvariantCulture),
        PidNamespace = 4,
        Pid = pid,
        StartTicks = 1000,
    };

    public SimulatedTree? Find(RunRecord run) =>
        run.Containment is { } held && _trees.GetValueOrDefault(held.RunDirectory) is { } tree && tree.Boot == Boot ? tree : null;

    public bool IsAlive(int pid) => _trees.Values.Any(tree => tree.Boot == Boot && (tree.Processes.Contains(pid) || (tree.IsShimThere && tree.Record.Shim!.Pid == pid)));

    public SimulatedTree Prepare(ContainmentSpec spec, SimulatedHost host)
    {
        lock (Gate)
        {
            string directory = Path.Combine(Root, spec.InternalId);
            Directory.CreateDirectory(directory);
            ContainmentRecord record = new()
            {
                Strength = ContainmentStrength.CgroupAndReaper,
                RunDirectory = directory,
                CgroupPath = "/cgroup/wfl-" + spec.InternalId,
                CgroupInode = 1,
                Shim = NewProcess(),
            };
            return _trees[directory] = new SimulatedTree(spec, record, host, Boot);
        }
    }

    /// <summary>The program begins.</summary>
    public bool Open(SimulatedTree tree)
    {
        lock (Gate)
        {
            if (!tree.IsShimThere || tree.Boot != Boot || tree.DiesAt is not null || tree.End is not null)
            {
                return false;
            }

            if (store.Truth(tree.Spec.RunId) is not { Containment: { } known } row || known.RunDirectory != tree.Record.RunDirectory || row.State.IsFinal)
            {
                Violations.Enqueue($"P1: {tree.Spec.RunId} started without a row that leads to it");
            }

            tree.IsGateOpen = true;
            tree.RootPid = NewProcess().Pid;
            tree.Processes.Add(tree.RootPid);
            for (int i = 0; i < tree.Children; i++)
            {
                tree.Processes.Add(NewProcess().Pid);
            }

            return true;
        }
    }

    /// <summary>A launch that goes no further takes everything of it away.</summary>
    public void Undo(SimulatedTree tree)
    {
        lock (Gate)
        {
            if (!tree.IsGateOpen && tree.Boot == Boot)
            {
                (tree.IsShimThere, tree.HasCgroup, tree.IsCleaned) = (false, false, true);
                tree.Ended.TrySetResult(null);
                tree.Emptied.TrySetResult();
                Remove(tree);
            }
        }
    }

    public int Signal(SimulatedTree tree, RunRecord run, int signal)
    {
        lock (Gate)
        {
            if (signal == SigCont || tree.Processes.Count == 0)
            {
                return tree.Processes.Count;
            }

            Note(tree, run, "SIGTERM", killId: null);
            int count = tree.Processes.Count;
            if (tree.FrozenUntil is not null)
            {
                tree.HasPendingTerm = true;
            }
            else
            {
                Terminate(tree);
            }

            return count;
        }
    }

    public void Kill(SimulatedTree tree, RunRecord run, KillId killId)
    {
        lock (Gate)
        {
            Note(tree, run, "SIGKILL", killId);
            if (tree.End is null && tree.DiesAt is null)
            {
                Doom(tree, EndCause.Kill);
            }
        }
    }

    public void Thaw(SimulatedTree tree)
    {
        lock (Gate)
        {
            tree.FrozenUntil = null;
            if (tree.HasPendingTerm)
            {
                tree.HasPendingTerm = false;
                Terminate(tree);
            }
        }
    }

    /// <summary>The program ends by itself; what it leaves behind has its grace.</summary>
    public void Exit(SimulatedTree tree, int code)
    {
        lock (Gate)
        {
            if (!tree.Processes.Contains(tree.RootPid) || tree.FrozenUntil is not null || tree.DiesAt is not null)
            {
                return;
            }

            tree.RootExit = new ExitNotice(code, null);
            tree.Processes.Remove(tree.RootPid);
            tree.Held?.Exit(tree.RootExit);
            if (tree.Processes.Count == 0)
            {
                Empty(tree);
            }
            else
            {
                tree.Leftovers = tree.Processes.Count;
                tree.Cause = EndCause.Leftovers;
                tree.DiesAt = tree.IsShimThere ? Now + tree.Spec.LeftoverGrace : null;
            }
        }
    }

    public void SayReady(SimulatedTree tree)
    {
        lock (Gate)
        {
            if (tree.Processes.Contains(tree.RootPid) && tree.IsShimThere)
            {
                tree.IsReady = true;
                tree.Held?.Say(new HoldSignal(HoldSignalKind.Notification, "READY=1"));
            }
        }
    }

    /// <summary>Somebody kills the shim: the tree goes on, and nobody watches for its host any more.</summary>
    public void LoseShim(SimulatedTree tree)
    {
        lock (Gate)
        {
            if (tree is { IsShimThere: true, IsGateOpen: true, End: null })
            {
                tree.IsShimThere = false;
                tree.Held?.Lose();
                tree.Ended.TrySetResult(null);
            }
        }
    }

    public void OnDeath(SimulatedHost host)
    {
        lock (Gate)
        {
            foreach (SimulatedTree tree in _trees.Values.Where(tree => tree.Boot == Boot))
            {
                tree.UnlockOf(host);
                if (tree.Host != host || !tree.IsShimThere || tree.End is not null)
                {
                    continue;
                }

                if (!tree.IsGateOpen)
                {
                    (tree.IsShimThere, tree.NeverStarted) = (false, true);
                    tree.Ended.TrySetResult(null);
                    tree.Emptied.TrySetResult();
                }
                else if (tree.Spec.OnHostExit == OnHostExit.Kill && (tree.DiesAt is null || tree.Cause == EndCause.Leftovers))
                {
                    Doom(tree, EndCause.HostExit);
                }
            }
        }
    }

    /// <summary>Everything that only memory and the runtime directory knew is gone.</summary>
    public void Reboot()
    {
        lock (Gate)
        {
            foreach (SimulatedTree tree in _trees.Values.Where(tree => tree.Boot == Boot))
            {
                tree.Processes.Clear();
                (tree.IsShimThere, tree.HasCgroup) = (false, false);
                Remove(tree);
            }

            Boot++;
            _lastPid = FirstPid;
        }
    }

    public void Advance(TimeSpan time)
    {
        lock (Gate)
        {
            Now += time;
            foreach (SimulatedTree tree in _trees.Values.Where(tree => tree.Boot == Boot).ToList())
            {
                if (tree.FrozenUntil <= Now)
                {
                    Thaw(tree);
                }

                if (tree.DiesAt <= Now && tree.End is null && tree.Processes.Count > 0)
                {
                    tree.ForcedKills = tree.Processes.Count;
                    Empty(tree);
                }
            }
        }
    }

    public static void Remove(SimulatedTree tree)
    {
        if (tree.HasDirectory)
        {
            Directory.Delete(tree.Record.RunDirectory, recursive: true);
        }
    }

    private void Note(SimulatedTree tree, RunRecord run, string what, KillId? killId)
    {
        bool isOwn = tree.Spec.RunId == run.RunId && tree.Spec.InternalId == run.InternalId && tree.Boot == Boot
            && (killId is not { } id || store.TruthOf(id) is not { } kill || kill.RunId == run.RunId);
        Tell($"{what} to {run.RunId}");
        Signals.Enqueue(new Signalled(run.RunId, tree, what, killId, store.HasIntent(run, killId), isOwn));
    }

    private void Terminate(SimulatedTree tree)
    {
        if (!tree.IgnoresTerm && tree.DiesAt is null && tree.Processes.Count > 0)
        {
            tree.RootExit ??= new ExitNotice(null, SigTerm);
            tree.Held?.Exit(tree.RootExit);
            Empty(tree);
        }
    }

    private void Doom(SimulatedTree tree, EndCause cause)
    {
        tree.Cause = cause;
        tree.DiesAt = Now + tree.Dying;
        if (tree.DiesAt <= Now || tree.Processes.Count == 0)
        {
            tree.ForcedKills = tree.Processes.Count;
            Empty(tree);
        }
    }

    private void Empty(SimulatedTree tree)
    {
        tree.Processes.Clear();
        Tell($"the tree of {tree.Spec.RunId} is gone");
        if (tree.IsShimThere)
        {
            tree.RootExit ??= tree.IsGateOpen ? new ExitNotice(null, 9) : null;
            tree.End = new EndNotice
            {
                Proof = EndProof.CgroupAndReaperEmpty,
                ForcedKills = tree.ForcedKills,
                Leftovers = tree.Leftovers,
                Cause = tree.Cause,
                Exit = tree.RootExit,
            };
            tree.Held?.Finish(tree.End);
            tree.Ended.TrySetResult(tree.End);
        }

        tree.Emptied.TrySetResult();
    }
}
