namespace WorkflowLifecycle.Processes.Portable;

/// <summary>Stands for a cleaner that this operating system has no use for: each receipt says so, and nothing fails.</summary>
internal sealed class UnavailableCleaner(string name, TimeSpan ceiling) : IResourceProvider
{
    public string Name { get; } = name;

    public TimeSpan Ceiling { get; } = ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(ProvidedResources.None);

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<RunResource>>(context.Moment == CleanupMoment.AfterEnd
            ? [new RunResource { Cleaner = Name, Name = "not available here", Handling = ResourceHandling.Report, Note = "this cleaner needs Linux" }]
            : []);

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(false);
}
