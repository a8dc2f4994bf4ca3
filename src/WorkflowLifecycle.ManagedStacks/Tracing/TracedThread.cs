namespace WorkflowLifecycle.ManagedStacks.Tracing;

/// <summary>A managed thread as it was seen at an instant.</summary>
internal sealed record TracedThread
{
    /// <summary>The kernel's number of it, as its own process sees it.</summary>
    public required ulong Id { get; init; }

    /// <summary>True when it executed managed code; false when it waited, or was in native code.</summary>
    public bool IsManaged { get; init; }

    /// <summary>Its methods, innermost first.</summary>
    public IReadOnlyList<string> Frames { get; init; } = [];
}
