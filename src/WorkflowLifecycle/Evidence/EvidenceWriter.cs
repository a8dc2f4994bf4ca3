using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Evidence;

/// <summary>Takes the secrets out of evidence and stores it.</summary>
internal sealed class EvidenceWriter(StepWriter steps, IRedactor redactor, ILogger<EvidenceWriter> logger)
{
    /// <summary>Redacts and stores. Does not throw: evidence that no store takes is told of, and lost.</summary>
    /// <returns>What was stored, or why it was not; null when it could not even be redacted, so that nobody may see it.</returns>
    public async Task<RunEvidence?> WriteAsync(RawEvidence raw)
    {
        RunEvidence? evidence = null;
        try
        {
            evidence = new EvidenceRedaction(redactor).Redact(raw);
            EvidenceRecord record = new() { RunId = raw.Run.RunId, KillId = raw.KillId, TakenAt = raw.TakenAt, Content = EvidenceContent.Pack(evidence) };
            CommitResult result = await steps.CommitAsync(PersistedStep.EvidenceStored, new StoreCommit { AddEvidence = record }, CommitDurability.Process).ConfigureAwait(false);
            return result.IsCommitted ? evidence : evidence with { NotStored = $"the store answered {result.Outcome}" };
        }
        catch (Exception exception)
        {
            Log.EvidenceNotStored(logger, raw.Run.RunId, exception);
            return evidence is null ? null : evidence with { NotStored = exception is StoreUnavailableException ? exception.Message : exception.GetType().Name };
        }
    }
}
