namespace WorkflowLifecycle;

/// <summary>
/// Adds something to evidence that only its author can know: a managed stack, the state of a queue. To implement: it will not grow members.
/// Called side by side with the look at the tree, and cut off at the same ceiling; what it throws costs only its own lines.
/// </summary>
public interface IEvidenceSource
{
    /// <summary>Its name in the evidence: 1 to 100 visible characters.</summary>
    string Name { get; }

    /// <summary>Says what it sees. At most 1,000 lines of 2,000 characters are kept, redacted.</summary>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Fires at the ceiling: nobody waits any longer.</param>
    Task<IReadOnlyList<string>> CaptureAsync(EvidenceContext context, CancellationToken cancellationToken);
}
