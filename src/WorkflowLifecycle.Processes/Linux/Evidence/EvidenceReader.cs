using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>Linux: procfs, read in passes over the whole tree, what can hold a reader up last.</summary>
internal sealed class EvidenceReader(Func<RunRecord, IContainment> open, TimeProvider timeProvider) : IEvidenceReader
{
    public async Task<TreeEvidence> CaptureAsync(RunRecord run, TimeSpan ceiling)
    {
        EvidenceDraft draft = new(run, open, new Deadline(ceiling, timeProvider));
        await draft.ReadAsync().ConfigureAwait(false);
        return draft.Finish();
    }

    public IReadOnlyList<string> ReadThreadNames(int pid) => ProcessReader.ReadThreadNames(pid, EvidenceLimits.ThreadNames);
}
