using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>Brings intents that no store took, and whose killer died before it could, on record: once each, by the kill's id.</summary>
internal sealed class SpooledIntents(IProcessStore store, StepWriter steps, KillAudit audit, TimeProvider timeProvider)
{
    /// <summary>For a run that is over, before the files are removed.</summary>
    public async Task MergeAsync(RunRecord run)
    {
        if (run.Containment is null)
        {
            return;
        }

        foreach (SpooledIntent intent in IntentSpool.Read(run))
        {
            while (await store.FindKillAsync(intent.Kill.KillId).ConfigureAwait(false) is null && !await TryMergeAsync(intent).ConfigureAwait(false))
            {
                // Somebody changed the row meanwhile: look again.
                continue;
            }
        }
    }

    /// <summary>For a run whose tree lives: brings such an intent on record as a kill that is to go on.</summary>
    /// <returns>The kill; null where there is none, or another was faster.</returns>
    public async Task<KillRecord?> TakeUpAsync(RunRecord run)
    {
        foreach (SpooledIntent intent in IntentSpool.Read(run))
        {
            if (await store.FindKillAsync(intent.Kill.KillId).ConfigureAwait(false) is not null)
            {
                continue;
            }

            RunState stopping = RunStateTable.Step(run.State, RunState.Stopping);
            StoreCommit commit = new()
            {
                UpdateRun = run with { State = stopping, KillId = intent.Kill.KillId },
                AddKill = intent.Kill,
                Audit = audit.SpooledIntent(intent.Kill, intent.Ground, intent.Processes, intent.Strength),
                Events = [new RunEvent { RunId = run.RunId, Kind = EventKinds.KillIntent, State = stopping, At = timeProvider.GetUtcNow() }],
            };
            CommitResult result = await steps.CommitAsync(PersistedStep.SpooledIntentTakenUp, commit, CommitDurability.Machine).ConfigureAwait(false);
            if (result is { IsCommitted: true, Kill: { } kill })
            {
                return kill;
            }
        }

        return null;
    }

    private async Task<bool> TryMergeAsync(SpooledIntent intent)
    {
        if (await store.FindRunAsync(intent.Kill.RunId).ConfigureAwait(false) is not { } run)
        {
            return true;
        }

        KillReport report = KillReports.FoundAfterwards(run, intent.Kill);
        KillRecord kill = intent.Kill with { State = KillState.Completed, CompletedAt = timeProvider.GetUtcNow(), Report = report };
        StoreCommit commit = new()
        {
            UpdateRun = run.KillId is null ? run with { KillId = kill.KillId } : null,
            AddKill = kill,
            Audit = [.. audit.SpooledIntent(kill, intent.Ground, intent.Processes, intent.Strength), audit.Completed(kill, report)],
        };
        return (await steps.CommitAsync(PersistedStep.SpooledIntentMerged, commit, CommitDurability.Machine).ConfigureAwait(false)).IsCommitted;
    }
}
