namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A cleaner of one's own: each run gets a marker file, which is gone at its end.</summary>
internal sealed class MarkerCleaner(string directory) : IResourceProvider
{
    public string Name => "marker";

    public TimeSpan Ceiling => TimeSpan.FromSeconds(30);

    /// <summary>What happens before a file is deleted; by default nothing.</summary>
    public Func<Task> OnClean { get; set; } = static () => Task.CompletedTask;

    /// <summary>Completes when the first file is about to be deleted.</summary>
    public TaskCompletionSource Cleaning { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string PathOf(RunRecord run) => Path.Combine(directory, run.InternalId + ".marker");

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default)
    {
        File.WriteAllText(PathOf(context.Run), "made");
        return ValueTask.FromResult(new ProvidedResources
        {
            Resources = [Resource(context.Run)],
            Environment = new Dictionary<string, string> { ["MARKER"] = PathOf(context.Run) },
        });
    }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<RunResource>>(File.Exists(PathOf(context.Run)) ? [Resource(context.Run)] : []);

    public async ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        Cleaning.TrySetResult();
        await OnClean();
        File.Delete(resource.Name);
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(File.Exists(resource.Name));

    private RunResource Resource(RunRecord run) => new() { Cleaner = Name, Name = PathOf(run) };
}
