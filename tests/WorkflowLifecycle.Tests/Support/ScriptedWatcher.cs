namespace WorkflowLifecycle.Tests.Support;

/// <summary>A cleaner that is also asked while the run goes on.</summary>
internal sealed class ScriptedWatcher(string name = "watcher", CallLog? log = null) : ScriptedCleaner(name, log), IResourceWatcher
{
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromSeconds(5);
}
