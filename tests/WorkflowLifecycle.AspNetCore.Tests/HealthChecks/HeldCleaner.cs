namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>A cleaner whose files cannot be freed for as long as somebody holds them.</summary>
internal sealed class HeldCleaner(string directory) : IResourceProvider
{
    private volatile bool _isHeld = true;

    public string Name => "held";

    public TimeSpan Ceiling => TimeSpan.FromSeconds(10);

    public void Release() => _isHeld = false;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        File.WriteAllText(PathOf(context.Run), "made");
        return ValueTask.FromResult(new ProvidedResources { Resources = [Resource(context.Run)] });
    }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<RunResource>>(File.Exists(PathOf(context.Run)) ? [Resource(context.Run)] : []);

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (_isHeld)
        {
            throw new IOException("somebody holds it");
        }

        File.Delete(resource.Name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(File.Exists(resource.Name));

    private string PathOf(RunRecord run) => Path.Combine(directory, run.InternalId + ".held");

    private RunResource Resource(RunRecord run) => new() { Cleaner = Name, Name = PathOf(run) };
}
