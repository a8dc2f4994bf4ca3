using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Auditing;

/// <summary>Makes audit entries in one shape.</summary>
internal sealed class AuditDrafts(IContainmentPlatform platform, TimeProvider timeProvider)
{
    public AuditDraft Of(string stage, RunId runId, string actor, KillId? killId = null, string? reason = null, params ReadOnlySpan<(string Name, string Value)> details)
    {
        Dictionary<string, string> facts = new(details.Length);
        foreach ((string name, string value) in details)
        {
            facts[name] = value;
        }

        return new AuditDraft
        {
            ChainId = platform.Self.HostId,
            Stage = stage,
            At = timeProvider.GetUtcNow(),
            RunId = runId,
            KillId = killId,
            Actor = actor,
            Reason = reason,
            Details = facts,
        };
    }

    /// <summary>The receipt of an end, a line an entry.</summary>
    public IEnumerable<AuditDraft> Cleaned(RunId runId, string actor, KillId? killId, IReadOnlyList<CleanupResult> receipt) =>
        receipt.Select(line => Of(AuditStages.Cleaned, runId, actor, killId, null, ("cleaner", line.Cleaner), ("outcome", line.Outcome)));
}
