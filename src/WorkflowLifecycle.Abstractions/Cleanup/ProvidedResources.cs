namespace WorkflowLifecycle;

/// <summary>What a provider made for a run.</summary>
public sealed record ProvidedResources
{
    /// <summary>Nothing.</summary>
    public static ProvidedResources None { get; } = new();

    /// <summary>Stored with the row, so that an emergency knows them without a look.</summary>
    public IReadOnlyList<RunResource> Resources { get; init; } = [];

    /// <summary>Variables for the program; they go above the request's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
