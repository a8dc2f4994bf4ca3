using System.Globalization;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Signs;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Puts on record that the main program of a run is over and its tree is not: how it exited, and who is left.</summary>
internal sealed class MainExits(IProcessStore store, IContainmentPlatform platform, RunUpdater updater, IRedactor redactor, TimeProvider timeProvider)
{
    private const int MostNames = 5;

    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>What a run that is over says of the processes that its main program left behind, when nobody saw them.</summary>
    public static string Describe(ExitNotice? exit, int leftovers) =>
        $"{Describe(exit)} and left {leftovers.ToString(CultureInfo.InvariantCulture)} {(leftovers == 1 ? "process" : "processes")} behind";

    /// <summary>Looks, and records it where somebody is left.</summary>
    /// <returns>Who is left.</returns>
    public async Task<IReadOnlyList<ProcessSnapshot>> RecordAsync(RunId runId, ExitNotice exit)
    {
        // In a kill the main program is one of those that leave: the report says it all.
        if (await store.FindRunAsync(runId).ConfigureAwait(false) is not { Containment: { } containment, State.IsFinal: false } run || !IsToBeNoted(run))
        {
            return [];
        }

        IReadOnlyList<ProcessSnapshot> left = await LookAsync(run, containment).ConfigureAwait(false);
        if (left.Count > 0)
        {
            await updater.UpdateAsync(PersistedStep.MainExitRecorded, runId, row => Note(row, exit, left), CommitDurability.Process, CancellationToken.None).ConfigureAwait(false);
        }

        return left;
    }

    private static bool IsToBeNoted(RunRecord run) =>
        run is { ExitCode: null, ExitSignal: null } && run.State != RunState.Stopping && run.State != RunState.KillUnconfirmed;

    private static string Describe(ExitNotice? exit) => exit switch
    {
        { ExitCode: { } code } => $"the main program exited with code {code.ToString(CultureInfo.InvariantCulture)}",
        { Signal: { } signal } => $"the main program was ended by signal {signal.ToString(CultureInfo.InvariantCulture)}",
        _ => "the main program exited",
    };

    private async Task<IReadOnlyList<ProcessSnapshot>> LookAsync(RunRecord run, ContainmentRecord held)
    {
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            ProcessListing listing = containment.Inspect(InspectionDepth.Full, LookLimit);
            return redactor.RedactProcesses([.. listing.Processes.Where(process => process.State is not ('Z' or 'X') && process.Pid != held.Shim?.Pid)]);
        }
    }

    private StoreCommit? Note(RunRecord row, ExitNotice exit, IReadOnlyList<ProcessSnapshot> left)
    {
        if (row.State.IsFinal || !IsToBeNoted(row))
        {
            return null;
        }

        string names = string.Join(", ", left.Take(MostNames).Select(process => $"{process.Name} (PID {process.Pid})"));
        string more = left.Count > MostNames ? $" and {left.Count - MostNames} more" : string.Empty;
        string status = $"{Describe(exit)} and left {names}{more}";

        // A program that leaves a daemon behind has started it: that is how one says so, where nothing else was declared.
        bool isReady = row is { Leftovers: LeftoverPolicy.Keep, Readiness: ReadinessSource.Undeclared };
        RunRecord next = (isReady ? row.Ready(timeProvider.GetUtcNow()) : row).WithStatus(status, redactor) with { ExitCode = exit.ExitCode, ExitSignal = exit.Signal };
        return new StoreCommit
        {
            UpdateRun = next,
            Events = [new RunEvent { RunId = row.RunId, Kind = EventKinds.MainExited, State = next.State, At = timeProvider.GetUtcNow(), Message = next.Status }],
        };
    }
}
