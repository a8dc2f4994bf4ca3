using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Hosting;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// Takes over the trees that outlived a host of this host's name and user. The row says who watches: it is changed by compare-and-set from the
/// host that is dead, so of several that start at once one does.
/// </summary>
internal sealed class RunReadoption(
    IContainmentPlatform platform,
    RunUpdater updater,
    RunMonitors monitors,
    HostRuns hostRuns,
    AuditDrafts audit,
    IOptions<WorkflowLifecycleOptions> options,
    ILogger<RunReadoption> logger)
{
    /// <summary>Whether this host is the next one of that run.</summary>
    public bool IsOurs(RunRecord run) =>
        run is { OnHostExit: OnHostExit.Keep, Containment: not null }
        && run.LaunchedBy == WorkflowPrincipal.HostSubject(options.Value.HostName)
        && run.HostUser == platform.User.Subject;

    /// <summary>Watches it from here on.</summary>
    /// <returns>What stood in the way; null when it is watched.</returns>
    public async Task<string?> TakeOverAsync(RunRecord run, CancellationToken cancellationToken)
    {
        IHeldRun? held = await platform.HoldAgainAsync(run, cancellationToken).ConfigureAwait(false);
        if (held is null)
        {
            return "what holds it does not answer";
        }

        RunRecord? now = null;
        try
        {
            now = await RecordAsync(run, held).ConfigureAwait(false);
        }
        finally
        {
            if (now is null)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (now is null)
        {
            return "another host was faster";
        }

        RunMonitor monitor = monitors.Create(run.RunId, held, null, now.Readiness, now.Cleaners);
        monitor.Start();
        hostRuns.Add(run.RunId, run.OnHostExit, run.ParentRun, monitor.Result);
        Log.ReAdopted(logger, run.RunId, held.Root.Pid, run.Host.Pid, now.State);
        return null;
    }

    // Null when the row is not the dead host's any more.
    private async Task<RunRecord?> RecordAsync(RunRecord run, IHeldRun held)
    {
        (RunRecord? now, bool changed) = await updater.UpdateAsync(
            PersistedStep.ReadoptionRecorded,
            run.RunId,
            row => row.State.IsFinal || row.Host != run.Host ? null : new StoreCommit
            {
                // The host may have died before it could write down that the program runs.
                UpdateRun = row with
                {
                    Host = platform.Self,
                    State = row.State == RunState.Launching ? RunState.Initializing : row.State,
                    Root = row.Root ?? held.Root,
                    StartedAt = row.StartedAt ?? row.CreatedAt,
                },
                Audit =
                [
                    audit.Of(AuditStages.Reconciled, row.RunId, "system:recovery", details:
                    [
                        ("outcome", nameof(RecoveryOutcome.ReAdopted)),
                        ("from", run.Host.Pid.ToString(CultureInfo.InvariantCulture)),
                        ("by", platform.Self.Pid.ToString(CultureInfo.InvariantCulture)),
                        ("host", row.LaunchedBy),
                    ]),
                ],
            },
            CommitDurability.Machine,
            CancellationToken.None).ConfigureAwait(false);
        return changed ? now : null;
    }
}
