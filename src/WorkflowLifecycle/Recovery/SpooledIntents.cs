using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Steps;

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
