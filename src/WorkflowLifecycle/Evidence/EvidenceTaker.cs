using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
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

    /// <summary>Takes it. Does not throw, and is over at the ceiling whatever hangs.</summary>
    public async Task<RawEvidence> TakeAsync(RunRecord run, KillId? killId, TimeSpan ceiling)
    {
        DateTimeOffset takenAt = timeProvider.GetUtcNow();
        long started = timeProvider.GetTimestamp();
        ForeignCall<TreeEvidence> tree = new(_ => platform.Evidence.CaptureAsync(run, ceiling * ReaderShare));
        EvidenceContext context = new() { Run = run, KillId = killId, Ceiling = ceiling, Processes = () => BoundedLook.Members(platform, run).Processes, ThreadNames = pid => platform.Evidence.ReadThreadNames(pid) };
        (string Name, ForeignCall<IReadOnlyList<string>> Call)[] asked =
            [.. sources.Select(source => (source.Name, new ForeignCall<IReadOnlyList<string>>(token => source.CaptureAsync(context, token))))];
        await Task.WhenAll([tree.Work, .. asked.Select(source => source.Call.Work)]).WaitAsync(ceiling, timeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        double took = timeProvider.GetElapsedTime(started).TotalMilliseconds;
        TreeEvidence read = Result(tree, run.RunId, "the tree") ?? new TreeEvidence { Cut = ["everything"] };
        return new RawEvidence
        {
            Run = run,
            KillId = killId,
            TakenAt = takenAt,
            DurationMs = took,
            Tree = read with { Output = [.. read.Output, .. OutputOf(run)] },
            Sources = [.. asked.Select(source => Describe(source.Name, source.Call, run.RunId))],
        };
    }

    private IEnumerable<EvidenceOutput> OutputOf(RunRecord run) => outputs.Find(run.RunId) is { } output
        ? [new EvidenceOutput { Stream = OutputStream.Output, Lines = [output.StandardOutput] }, new EvidenceOutput { Stream = OutputStream.Error, Lines = [output.StandardError] }]
        : [];

    private EvidenceReading Describe(string name, ForeignCall<IReadOnlyList<string>> call, RunId runId)
    {
        IReadOnlyList<string>? said = Result(call, runId, name);
        return new EvidenceReading
        {
            Name = name,
            Lines = said ?? [],
            Problem = said is not null ? null : call.Work.Exception?.InnerException is { } failure ? $"failed ({failure.GetType().Name})" : "did not answer in time",
        };
    }

    private T? Result<T>(ForeignCall<T> call, RunId runId, string what)
        where T : class
    {
        if (call.Work.IsCompletedSuccessfully)
        {
            return call.Work.Result;
        }

        if (call.Work.Exception?.InnerException is { } failure)
        {
            Log.EvidenceFailed(logger, what, runId, failure);
        }
        else
        {
            Log.EvidenceHangs(logger, what, runId);
        }

        call.Abandon();
        return null;
    }
}
