using WorkflowLifecycle.Killing;

namespace WorkflowLifecycle.Evidence;

/// <summary>The evidence of one kill: begun beside the wait for work in flight, there before the first signal, written behind it.</summary>
internal sealed class KillEvidence(EvidenceTaker taker, EvidenceWriter writer, RunRecord run, KillId killId, bool isAsked, TimeSpan ceiling, TimeProvider timeProvider)
{
    // Less is not worth to begin with.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    // Who asked leaves with the answer, and with this process what was not written by then.
    private static readonly TimeSpan WriteLimit = TimeSpan.FromMilliseconds(250);

    private Task<RawEvidence>? _taking;
    private Task<RunEvidence?>? _writing;
    private long _started;

    /// <summary>Begins to take it, where it was asked for.</summary>
    /// <param name="left">What the kill may still wait in all.</param>
    public void Begin(TimeSpan left)
    {
        TimeSpan limit = left < ceiling ? left : ceiling;
        if (!isAsked || limit < Least)
        {
            return;
        }

        _started = timeProvider.GetTimestamp();
        _taking = taker.TakeAsync(run, killId, limit);
        _writing = WriteAsync(_taking);
    }

    /// <summary>Waits until it is taken, at most until its ceiling, and puts that among the steps.</summary>
    /// <param name="steps">The steps of the kill.</param>
    /// <param name="stop">The tree is gone, or somebody asked for more.</param>
    public async Task TakenAsync(List<KillStep> steps, CancellationToken stop)
    {
        if (_taking is null)
        {
            return;
        }

        await ((Task)_taking).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        steps.Add(_taking.IsCompletedSuccessfully
            ? new KillStep(KillSteps.Evidence, _taking.Result.DurationMs, _taking.Result.Summary)
            : new KillStep(KillSteps.Evidence, timeProvider.GetElapsedTime(_started).TotalMilliseconds, "not waited for: the tree was gone, or the kill was escalated"));
    }

    /// <summary>Waits a moment until it is written; only after the last signal.</summary>
    public async Task WrittenAsync(List<KillStep> steps)
    {
        if (_writing is null)
        {
            return;
        }

        long started = timeProvider.GetTimestamp();
        await ((Task)_writing).WaitAsync(WriteLimit, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        string? problem = !_writing.IsCompletedSuccessfully ? "not on record yet" : _writing.Result switch
        {
            null => "not stored: it could not be redacted",
            { NotStored: { } why } => $"not stored: {why}",
            _ => null,
        };
        if (problem is not null)
        {
            steps.Add(new KillStep(KillSteps.Evidence, timeProvider.GetElapsedTime(started).TotalMilliseconds, problem));
        }
    }

    private async Task<RunEvidence?> WriteAsync(Task<RawEvidence> taking) =>
        await taking.ConfigureAwait(false) is { IsEmpty: false } raw
            ? await Task.Run(() => writer.WriteAsync(raw)).ConfigureAwait(false)
            : new RunEvidence { RunId = run.RunId, TakenAt = timeProvider.GetUtcNow() };
}
