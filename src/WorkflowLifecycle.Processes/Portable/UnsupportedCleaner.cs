using System.Runtime.InteropServices;

namespace WorkflowLifecycle.Processes.Portable;

/// <summary>A cleaner on a platform on which it is not implemented: it says so, and frees nothing.</summary>
internal sealed class UnsupportedCleaner(string name, TimeSpan ceiling) : IResourceCleaner
{
    public string Name => name;

    public TimeSpan Ceiling => ceiling;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        new([new RunResource { Cleaner = name, Name = name, Handling = ResourceHandling.Report, Note = Explanation }]);

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => throw new PlatformNotSupportedException(Explanation);

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => throw new PlatformNotSupportedException(Explanation);

    private string Explanation => $"The cleaner '{name}' is not implemented for {RuntimeInformation.OSDescription}: nobody looked.";
}
