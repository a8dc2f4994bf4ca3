using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Launching;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Evidence;

/// <summary>Takes evidence, and gives back what there is when the time is up.</summary>
internal sealed class EvidenceTaker(
    IContainmentPlatform platform, IEnumerable<IEvidenceSource> sources, LiveOutputs outputs, TimeProvider timeProvider, ILogger<EvidenceTaker> logger)
{
    // The reader of the tree stops that much earlier, so that what it has by then is in time.
    private const double ReaderShare = 0.9;

    private static readonly TimeSpan ListLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes it. Does not throw, and is over at the ceiling whatever hangs.</summary>
    public async Task<RawEvidence> TakeAsync(RunRecord run, KillId? killId, TimeSpan ceiling)
    {
        DateTimeOffset takenAt = timeProvider.GetUtcNow();
        long started = timeProvider.GetTimestamp();
        using CancellationTokenSource over = new();
        Task<TreeEvidence> tree = Task.Run(() => platform.Evidence.CaptureAsync(run, ceiling * ReaderShare), CancellationToken.None);
        EvidenceContext context = new() { Run = run, KillId = killId, Ceiling = ceiling, Processes = () => List(run) };
        (string Name, Task<IReadOnlyList<string>> Said)[] asked =
            [.. sources.Select(source => (source.Name, Task.Run(() => source.CaptureAsync(context, over.Token), CancellationToken.None)))];
        await Task.WhenAll([tree, .. asked.Select(source => source.Said)]).WaitAsync(ceiling, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await over.CancelAsync().ConfigureAwait(false);
        double took = timeProvider.GetElapsedTime(started).TotalMilliseconds;
        TreeEvidence read = Result(tree, run.RunId, "the tree") is { } whole ? whole : new TreeEvidence { Cut = ["everything"] };
        return new RawEvidence
        {
            Run = run,
            KillId = killId,
            TakenAt = takenAt,
            DurationMs = took,
            Tree = read with { Output = [.. read.Output, .. OutputOf(run)] },
            Sources = [.. asked.Select(source => Describe(source.Name, source.Said, run.RunId))],
        };
    }

    private IReadOnlyList<ProcessSnapshot> List(RunRecord run) => platform.Open(run).Inspect(InspectionDepth.Members, ListLimit).Processes;

    private IEnumerable<EvidenceOutput> OutputOf(RunRecord run) => outputs.Find(run.RunId) is { } output
        ? [new EvidenceOutput { Stream = OutputStream.Output, Lines = [output.StandardOutput] }, new EvidenceOutput { Stream = OutputStream.Error, Lines = [output.StandardError] }]
        : [];

    private EvidenceReading Describe(string name, Task<IReadOnlyList<string>> said, RunId runId) => new()
    {
        Name = name,
        Lines = Result(said, runId, name) ?? [],
        Problem = said.IsFaulted ? $"failed ({said.Exception!.InnerException!.GetType().Name})" : !said.IsCompletedSuccessfully ? "did not answer in time" : null,
    };

    // What is not there in time is nobody's business any more, but for its failure, which somebody must have looked at.
    private T? Result<T>(Task<T> task, RunId runId, string what)
        where T : class
    {
        if (task.IsCompletedSuccessfully)
        {
            return task.Result;
        }

        if (task.IsFaulted)
        {
            Log.EvidenceFailed(logger, what, runId, task.Exception.InnerException!);
        }
        else
        {
            Log.EvidenceHangs(logger, what, runId);
            _ = task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        return null;
    }
}
