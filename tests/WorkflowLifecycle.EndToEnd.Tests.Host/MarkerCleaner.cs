namespace WorkflowLifecycle.EndToEnd.Tests.Host;

/// <summary>A cleaner that not every host has: each run gets a marker file, which is gone at its end.</summary>
internal sealed class MarkerCleaner(string directory, TimeSpan delay) : IResourceProvider
{
    public string Name => "marker";

    // Only where it is to be late: a busy machine must not take the time of the others away.
    public TimeSpan Ceiling => delay > TimeSpan.Zero ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(2);

    public async ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        // It does not listen to who tells it that its time is up.
        await Task.Delay(delay, TimeProvider.System, CancellationToken.None);
        await File.WriteAllTextAsync(PathOf(context.Run), "made", CancellationToken.None);
        return new ProvidedResources { Resources = [Resource(context.Run)] };
    }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<RunResource>>(File.Exists(PathOf(context.Run)) ? [Resource(context.Run)] : []);

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        File.Delete(resource.Name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(File.Exists(resource.Name));

    private RunResource Resource(RunRecord run) => new() { Cleaner = Name, Name = PathOf(run) };

    private string PathOf(RunRecord run) => Path.Combine(directory, run.InternalId + ".marker");
}
