namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>Whether the audit of a store is whole: its chains, and the trail of each run.</summary>
internal sealed class ChaosTrails(IProcessStore store)
{
    private const int Page = 1000;

    public async Task<IReadOnlyList<string>> FindFaultsAsync(IReadOnlyList<RunRecord> rows)
    {
        List<string> faults = [];
        IAuditChainSource chains = (IAuditChainSource)store;
        foreach (string chain in await chains.ReadChainIdsAsync())
        {
            faults.AddRange(AuditChain.Verify(await ReadChainAsync(chains, chain)) is { } fault ? [$"{chain} {fault.Sequence}: {fault.Problem}"] : Array.Empty<string>());
        }

        foreach (RunRecord row in rows)
        {
            IReadOnlyList<AuditEntry> trail = await store.ReadAuditAsync(new AuditQuery { RunId = row.RunId });
            if (Explain(row, [.. trail.Where(entry => !IsReadoption(entry)).Select(entry => entry.Stage)]) is { } problem)
            {
                faults.Add($"{row.RunId} ({row.State}): {problem}: {Words(trail)}");
            }

            foreach (IGrouping<KillId, AuditEntry> kill in trail.Where(entry => entry.KillId is not null).GroupBy(entry => entry.KillId!.Value))
            {
                if (ExplainKill([.. kill.Select(entry => entry.Stage)]) is { } missing)
                {
                    faults.Add($"{row.RunId} ({row.State}), {kill.Key} ({(await store.FindKillAsync(kill.Key))?.State}): {missing}: {Words(kill)}");
                }
            }
        }

        return faults;
    }

    private static string? Explain(RunRecord row, string[] stages) =>
        stages.FirstOrDefault() != "Launch" || stages.Count(stage => stage == "Launch") != 1 ? "it does not begin with its launch"
        : stages.Count(IsEnd) > 1 ? "it has more than one end"
        : row.State.IsFinal && !stages.Any(stage => IsEnd(stage) || stage == "Completed") ? "it has no end"
        : null;

    // The intent stands before what follows from it, and has one outcome.
    private static string? ExplainKill(string[] stages)
    {
        int intent = Array.IndexOf(stages, "IntentWritten");
        int outcomes = stages.Count(stage => stage is "Completed" or "Withdrawn");
        return stages.Count(stage => stage == "IntentWritten") > 1 ? "two intents"
            : intent < 0 ? outcomes > 0 || stages.Any(stage => stage is "Signal" or "ProvenDead") ? "no intent" : null
            : outcomes != 1 ? $"{outcomes} outcomes"
            : intent < 2 || stages[intent - 2] != "Requested" || stages[intent - 1] != "Authorized" ? "nobody asked, or nobody allowed it"
            : Array.FindIndex(stages, stage => stage is "Completed" or "Withdrawn" or "Signal" or "ProvenDead") < intent ? "something was done before the intent"
            : null;
    }

    private static async Task<IReadOnlyList<AuditChainRow>> ReadChainAsync(IAuditChainSource chains, string chain)
    {
        List<AuditChainRow> rows = [];
        for (IReadOnlyList<AuditChainRow> page = await chains.ReadChainAsync(chain, 0, Page); page.Count > 0; page = await chains.ReadChainAsync(chain, rows[^1].Sequence, Page))
        {
            rows.AddRange(page);
        }

        return rows;
    }

    // One host after the other may take over a run that goes on.
    private static bool IsReadoption(AuditEntry entry) => entry.Stage == "Reconciled" && entry.Details.GetValueOrDefault("outcome") == nameof(RecoveryOutcome.ReAdopted);

    private static bool IsEnd(string stage) => stage is "Exited" or "LaunchFailed" or "Reconciled";

    private static string Words(IEnumerable<AuditEntry> trail) => string.Join(' ', trail.Select(entry => entry.Stage));
}
