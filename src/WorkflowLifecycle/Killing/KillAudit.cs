using System.Globalization;
using WorkflowLifecycle.Auditing;

namespace WorkflowLifecycle.Killing;

/// <summary>The audit entries of a kill.</summary>
internal sealed class KillAudit(AuditDrafts audit)
{
    public AuditDraft Requested(KillRecord kill) =>
        audit.Of(AuditStages.Requested, kill.RunId, kill.RequestedBy, kill.KillId, kill.Reason, ("mode", kill.Mode.ToString()), ("door", kill.Door));

    public AuditDraft Denied(KillRecord kill, string missing) => audit.Of(AuditStages.Denied, kill.RunId, kill.RequestedBy, kill.KillId, null, ("missing", missing));

    public AuditDraft Authorized(KillRecord kill, string ground) => audit.Of(AuditStages.Authorized, kill.RunId, kill.RequestedBy, kill.KillId, null, ("ground", ground));

    /// <summary>What led to a kill.</summary>
    public IReadOnlyList<AuditDraft> Intent(KillRecord kill, string ground, int processes, string strength) =>
    [
        Requested(kill),
        Authorized(kill, ground),
        audit.Of(AuditStages.IntentWritten, kill.RunId, kill.RequestedBy, kill.KillId, null, ("processes", Number(processes)), ("strength", strength)),
    ];

    /// <summary>What led to a kill, where the store was not there to take it when it happened.</summary>
    public IReadOnlyList<AuditDraft> SpooledIntent(KillRecord kill, string ground, int processes, string strength, DateTimeOffset at) =>
    [
        At(Requested(kill), kill.RequestedAt),
        At(Authorized(kill, ground), kill.RequestedAt),
        At(
            audit.Of(
                AuditStages.IntentWritten, kill.RunId, kill.RequestedBy, kill.KillId, null,
                ("processes", Number(processes)), ("strength", strength), ("durable", "spooled")),
            at),
    ];

    /// <summary>A request that began no kill of its own.</summary>
    public AuditDraft Met(KillRecord asked, string ground, KillId met, string how) => audit.Of(
        AuditStages.Requested, asked.RunId, asked.RequestedBy, met, asked.Reason,
        ("mode", asked.Mode.ToString()), ("door", asked.Door), ("ground", ground), (how, met.ToString()));

    public AuditDraft Escalated(KillRecord kill, KillRecord asked, string ground) => audit.Of(
        AuditStages.Escalated, kill.RunId, asked.RequestedBy, kill.KillId, asked.Reason, ("mode", asked.Mode.ToString()), ("door", asked.Door), ("ground", ground));

    public AuditDraft Refused(KillRecord kill, string why) => audit.Of(AuditStages.Refused, kill.RunId, kill.RequestedBy, kill.KillId, null, ("why", why));

    public AuditDraft Withdrawn(KillRecord kill, string why) => audit.Of(AuditStages.Withdrawn, kill.RunId, kill.RequestedBy, kill.KillId, null, ("why", why));

    public AuditDraft Resumed(KillRecord kill, string actor) => audit.Of(AuditStages.Resumed, kill.RunId, actor, kill.KillId);

    /// <summary>The program was told to leave: by a signal to so many processes, or in another way.</summary>
    public AuditDraft Told(KillRecord kill, string by, int? processes) => processes is { } count
        ? audit.Of(AuditStages.Signal, kill.RunId, kill.RequestedBy, kill.KillId, null, ("signal", by), ("processes", Number(count)))
        : audit.Of(AuditStages.Signal, kill.RunId, kill.RequestedBy, kill.KillId, null, ("by", by));

    public AuditDraft Completed(KillRecord kill, KillReport report) =>
        audit.Of(AuditStages.Completed, kill.RunId, kill.RequestedBy, kill.KillId, null, ("outcome", report.Outcome.ToString()));

    public IReadOnlyList<AuditDraft> Outcome(KillRecord kill, KillReport report, bool sentKill)
    {
        List<AuditDraft> entries = [];
        if (sentKill)
        {
            entries.Add(audit.Of(AuditStages.Signal, kill.RunId, kill.RequestedBy, kill.KillId, null, ("signal", "SIGKILL"), ("to", "the whole containment")));
        }

        if (report.Outcome == KillOutcome.KillUnconfirmed)
        {
            entries.Add(audit.Of(AuditStages.Unconfirmed, kill.RunId, kill.RequestedBy, kill.KillId, null, ("survivors", Number(report.Survivors.Count))));
            return entries;
        }

        entries.Add(audit.Of(
            AuditStages.ProvenDead, kill.RunId, kill.RequestedBy, kill.KillId, null, ("proof", report.Proof.ToString()), ("strength", report.Strength.ToString())));
        entries.AddRange(audit.Cleaned(kill.RunId, kill.RequestedBy, kill.KillId, report.Cleanup));
        entries.Add(Completed(kill, report));
        return entries;
    }

    // The entry has its place in the chain by when the store took it; when it happened is a fact of its own.
    private static AuditDraft At(AuditDraft draft, DateTimeOffset at) => draft with
    {
        Details = new Dictionary<string, string>(draft.Details) { ["happenedAt"] = at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) },
    };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
