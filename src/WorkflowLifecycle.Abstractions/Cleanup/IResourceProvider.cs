namespace WorkflowLifecycle;

/// <summary>
/// A cleaner that also makes resources for a run before its program starts, or notes how things were. To implement: it will not grow members.
/// </summary>
public interface IResourceProvider : IResourceCleaner
{
    /// <summary>
    /// Called once for each launch: the run's row is durable, its program not yet started. What it returns is in the row before the program's first
    /// instruction. Where a host dies in between, <see cref="IResourceCleaner.DiscoverAsync"/> has to find what was made by the run's
    /// <see cref="RunRecord.InternalId"/> alone.
    /// </summary>
    /// <exception cref="Exception">The launch fails with <see cref="LaunchStage.Resources"/>, and what the others made is freed.</exception>
    ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default);
}
