namespace WorkflowLifecycle.EndToEnd.Tests.Evidence;

/// <summary>A source that answers to nothing, not even to its token.</summary>
internal sealed class HangingSource : IEvidenceSource
{
    public string Name => "hanging";

    public Task<IReadOnlyList<string>> CaptureAsync(EvidenceContext context, CancellationToken cancellationToken) =>
        new TaskCompletionSource<IReadOnlyList<string>>().Task;
}
