namespace WorkflowLifecycle;

/// <summary>What a provider is told of a launch.</summary>
public sealed record ProvisionContext
{
    /// <summary>The row of the run, in <see cref="RunState.Launching"/>.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>What was asked for.</summary>
    public required LaunchRequest Request { get; init; }
}
