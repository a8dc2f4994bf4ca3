namespace WorkflowLifecycle.Processes.Portable;

/// <summary>A cleaner on a platform for which there is none.</summary>
internal sealed class UnavailableProvider(string name, TimeSpan ceiling) : IResourceProvider
{
    public string Name => name;

    public TimeSpan Ceiling => ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default) => throw Refuse();

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) => throw Refuse();

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => throw Refuse();

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => throw Refuse();

    private PlatformNotSupportedException Refuse() =>
        new($"The cleaner '{name}' exists on Linux only. Leave it out of LaunchRequest.Cleaners on this platform.");
}
