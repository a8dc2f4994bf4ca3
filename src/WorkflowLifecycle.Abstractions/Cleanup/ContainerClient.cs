namespace WorkflowLifecycle;

/// <summary>A program by which containers are listed and removed: <c>docker</c>, <c>podman</c>, or one with the same verbs.</summary>
public sealed record ContainerClient
{
    /// <summary>Its absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>What stands before the verb, as <c>--context builder</c> or <c>--remote</c>, one word each.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
