namespace WorkflowLifecycle.Registry;

/// <summary>The lifecycle as one explicit table: what is not in it does not happen.</summary>
internal static class RunStateTable
{
    private static readonly Dictionary<RunState, RunState[]> Next = new()
    {
        // A program can run and end before "Initializing" is written: only the steps up to the gate are waited for. An adopted one ran before.
        [RunState.Launching] =
        [
            RunState.Initializing, RunState.Running, RunState.Stopping, RunState.KillUnconfirmed, RunState.LaunchFailed,
            RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.Lost,
        ],

        // An emergency whose intent no store took never was "Stopping" on record.
        [RunState.Initializing] =
        [
            RunState.Running, RunState.Stopping, RunState.KillUnconfirmed, RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.Lost,
        ],
        [RunState.Running] = [RunState.Stopping, RunState.KillUnconfirmed, RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.Lost],

        // Back again when an intent is withdrawn that the store took after its kill was refused: nothing was signalled.
        [RunState.Stopping] =
        [
            RunState.Launching, RunState.Initializing, RunState.Running, RunState.KillUnconfirmed, RunState.LaunchFailed,
            RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.Lost,
        ],
        [RunState.KillUnconfirmed] = [RunState.Stopping, RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.Lost],
        [RunState.Exited] = [],
        [RunState.Killed] = [],
        [RunState.EndedUnproven] = [],
        [RunState.LaunchFailed] = [],
        [RunState.Lost] = [],
    };

    /// <summary>The states that this version knows.</summary>
    public static IReadOnlyCollection<RunState> Known => Next.Keys;

    /// <summary>Whether a run may go from one state to another. Nothing leads out of a state that this version does not know.</summary>
    public static bool Allows(RunState from, RunState to) => from == to || (Next.TryGetValue(from, out RunState[]? states) && states.Contains(to));

    /// <summary>The state that a row takes on the way to another: itself where the table does not lead there.</summary>
    public static RunState Step(RunState from, RunState to) => Allows(from, to) ? to : from;
}
