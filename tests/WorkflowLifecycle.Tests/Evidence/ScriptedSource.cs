namespace WorkflowLifecycle.Tests.Evidence;

/// <summary>A source that says what a test lets it say.</summary>
internal sealed class ScriptedSource(string name, Func<EvidenceContext, CancellationToken, Task<IReadOnlyList<string>>> capture) : IEvidenceSource
{
    public string Name => name;

    public Task<IReadOnlyList<string>> CaptureAsync(EvidenceContext context, CancellationToken cancellationToken) => capture(context, cancellationToken);
}
