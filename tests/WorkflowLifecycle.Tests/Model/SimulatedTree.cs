using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>One process tree and what holds it: shim, cgroup, kill lock, record of the end. All access is under the machine's lock.</summary>
internal sealed class SimulatedTree(ContainmentSpec spec, ContainmentRecord record, SimulatedHost host, int boot)
{
    private readonly Queue<(SimulatedHost Host, TaskCompletionSource<bool> Turn)> _waiting = new();

    public ContainmentSpec Spec { get; } = spec;

    public ContainmentRecord Record { get; } = record;

    /// <summary>The host whose death the shim watches for.</summary>
    public SimulatedHost Host { get; } = host;

    public int Boot { get; } = boot;

    public HashSet<int> Processes { get; } = [];

    public int RootPid { get; set; }

    public bool IsGateOpen { get; set; }

    public bool IsShimThere { get; set; } = true;

    /// <summary>Its host was gone before the gate opened: the shim left without anything to hold.</summary>
    public bool NeverStarted { get; set; }

    public bool HasCgroup { get; set; } = true;

    public bool IsCleaned { get; set; }

    public bool IsReady { get; set; }

    public bool IgnoresTerm => Spec.Arguments.Contains("stubborn");

    /// <summary>How long the kernel keeps its processes after SIGKILL.</summary>
    public TimeSpan Dying => Spec.Arguments.Contains("stuck") ? TimeSpan.FromSeconds(7) : TimeSpan.Zero;

    public int Children => Spec.Arguments.Contains("children") ? 2 : 0;

    /// <summary>When SIGKILL has its effect; null when none was sent.</summary>
    public DateTimeOffset? DiesAt { get; set; }

    public DateTimeOffset? FrozenUntil { get; set; }

    public bool HasPendingTerm { get; set; }

    public EndCause Cause { get; set; }

    public int ForcedKills { get; set; }

    public int Leftovers { get; set; }

    public ExitNotice? RootExit { get; set; }

    /// <summary>The shim's word, on record in the run directory.</summary>
    public EndNotice? End { get; set; }

    /// <summary>Completes with the shim's word, or with null when the shim is lost.</summary>
    public TaskCompletionSource<EndNotice?> Ended { get; } = new();

    /// <summary>Completes when nobody is in the cgroup any more.</summary>
    public TaskCompletionSource Emptied { get; } = new();

    public SimulatedHeldRun? Held { get; set; }

    public SimulatedHost? LockHolder { get; private set; }

    public bool HasDirectory => Directory.Exists(Record.RunDirectory);

    /// <summary>Asks for the kill lock.</summary>
    /// <returns>Completes when it is there.</returns>
    public TaskCompletionSource<bool> Lock(SimulatedHost by)
    {
        TaskCompletionSource<bool> turn = new();
        _waiting.Enqueue((by, turn));
        HandOn();
        return turn;
    }

    public void Unlock()
    {
        LockHolder = null;
        HandOn();
    }

    /// <summary>The kernel frees the locks of a process that is gone.</summary>
    public void UnlockOf(SimulatedHost dead)
    {
        if (LockHolder == dead)
        {
            Unlock();
        }
    }

    private void HandOn()
    {
        while (LockHolder is null && _waiting.TryDequeue(out (SimulatedHost Host, TaskCompletionSource<bool> Turn) next))
        {
            if (!next.Host.IsDead && next.Turn.TrySetResult(true))
            {
                LockHolder = next.Host;
            }
        }
    }
}
