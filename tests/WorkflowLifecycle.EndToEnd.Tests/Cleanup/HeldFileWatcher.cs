using System.Globalization;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A watcher of one's own: files that bear the PID of a process, and can be told to be the run's only as long as that one is there.</summary>
internal sealed class HeldFileWatcher(string directory) : IResourceWatcher
{
    public string Name => "held-files";

    public TimeSpan Ceiling => TimeSpan.FromSeconds(30);

    public TimeSpan LookInterval => TimeSpan.FromSeconds(1);

    /// <summary>Whether looks while the run goes on see anything.</summary>
    public bool SeesWhileRunning { get; init; } = true;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult<IReadOnlyList<RunResource>>(
        context.Moment is not (CleanupMoment.BeforeEnd or CleanupMoment.WhileRunning) || (context.Moment == CleanupMoment.WhileRunning && !SeesWhileRunning)
            ? []
            : [
                .. context.Processes.Select(process => Path.Combine(directory, process.Pid.ToString(CultureInfo.InvariantCulture) + ".held")).Where(File.Exists)
                    .Select(path => new RunResource { Cleaner = Name, Name = path }),
            ]);

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        File.Delete(resource.Name);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(File.Exists(resource.Name));
}
