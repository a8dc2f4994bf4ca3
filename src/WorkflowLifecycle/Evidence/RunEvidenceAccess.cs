using Microsoft.Extensions.Options;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Evidence;

/// <summary>Reads evidence back, and takes it of runs that go on.</summary>
internal sealed class RunEvidenceAccess(
    StoreStart start,
    IProcessStore store,
    IProcessRegistry registry,
    IContainmentPlatform platform,
    EvidenceTaker taker,
    EvidenceWriter writer,
    IOptions<WorkflowLifecycleOptions> options) : IRunEvidence
{
    public async Task<IReadOnlyList<RunEvidence>> ReadAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<EvidenceRecord> records = await store.ReadEvidenceAsync(runId, cancellationToken).ConfigureAwait(false);
        return records.Count > 0 || await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false) is not null
            ? [.. records.Select(Read)]
            : throw new RunNotFoundException(runId, store.Location);
    }

    public async Task<RunEvidence?> TakeAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        RunRecord run = await registry.FindAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
        if (run.State.IsFinal || run.Containment is null || platform.Look(run.Containment.Shim ?? run.Host) == ProcessPresence.Elsewhere)
        {
            return null;
        }

        RawEvidence raw = await taker.TakeAsync(run, killId: null, options.Value.EvidenceCeiling).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (raw.IsEmpty && raw.Tree.Cut.Count == 0)
        {
            return null;
        }

        return await writer.WriteAsync(raw).WaitAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new WorkflowLifecycleException($"The evidence of run {runId} could not be redacted, so nobody may see it. The log of this host says why.");
    }

    // What cannot be read is still known to be there.
    private static RunEvidence Read(EvidenceRecord record) => EvidenceContent.Unpack(record.Content)
        ?? new RunEvidence { RunId = record.RunId, KillId = record.KillId, TakenAt = record.TakenAt, Cut = ["everything: the record cannot be read"] };
}
