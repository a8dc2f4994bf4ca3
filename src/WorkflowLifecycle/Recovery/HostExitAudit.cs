using System.Globalization;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// What the holder of a tree did when its host died, brought into the audit with the times of its journal. It acted on an intent that the launch
/// had committed: nobody asked then.
/// </summary>
internal sealed class HostExitAudit(AuditDrafts audit)
{
    public const string Actor = "system:host-exit";

    /// <summary>The journal, where it is of an end with the host; it is gone once the run was cleaned.</summary>
    public static IReadOnlyList<JournalEntry> Read(IContainment containment, EndNotice end) => end.Cause == EndCause.HostExit ? containment.ReadJournal() : [];

    /// <summary>Its entries; none for any other end.</summary>
    public IEnumerable<AuditDraft> Of(RunRecord run, EndNotice end, IReadOnlyList<JournalEntry> journal)
    {
        if (end.Cause != EndCause.HostExit)
        {
            yield break;
        }

        AuditDraft noticed = audit.Of(AuditStages.HostExit, run.RunId, Actor, details:
        [
            ("intent", $"OnHostExit={run.OnHostExit}"),
            ("committedBy", run.LaunchedBy),
            ("committedAt", run.CreatedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
            ("host", run.Host.Pid.ToString(CultureInfo.InvariantCulture)),
        ]);
        yield return At(noticed, journal, "host-exit");
        if (end.ForcedKills > 0)
        {
            AuditDraft signal = audit.Of(AuditStages.Signal, run.RunId, Actor, details:
            [
                ("signal", "SIGKILL"), ("to", "the whole containment"), ("processes", end.ForcedKills.ToString(CultureInfo.InvariantCulture)),
            ]);
            yield return At(signal, journal, "host-exit");
        }

        AuditDraft proven = audit.Of(AuditStages.ProvenDead, run.RunId, Actor, details:
        [
            ("proof", end.Proof.ToString()), ("strength", run.Containment?.Strength.ToString() ?? "none"), ("survivors", "0"),
        ]);
        yield return At(proven, journal, "empty");
    }

    private static AuditDraft At(AuditDraft entry, IReadOnlyList<JournalEntry> journal, string happened) =>
        journal.FirstOrDefault(act => act.Event == happened) is { } act ? entry with { At = act.At } : entry;
}
