using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Which runs live, as far as the runtime directory and the cgroups show it. One look, for the end of one run: what it read is kept.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LiveRuns
{
    private readonly string _runs;
    private readonly Lazy<HashSet<RunId>> _named;
    private readonly Lazy<TrackedTrees> _trees;

    /// <param name="root">The runtime directory.</param>
    public LiveRuns(string root)
    {
        _runs = RunsBelow(root);
        _named = new Lazy<HashSet<RunId>>(() => [.. RunIdentityFile.FindBelow(root, LinuxPlatform.CurrentUser()).Select(remains => remains.RunId)]);
        _trees = new Lazy<TrackedTrees>(() => new TrackedTrees(_runs));
    }

    public static string RunsBelow(string root) => Path.Combine(root, RuntimeRoot.Runs);

    /// <summary>Whether the run of that number was not cleaned to its end.</summary>
    public bool Has(string internalId) => new RunDirectory(Path.Combine(_runs, internalId)).HasLock;

    /// <summary>Whether a run directory that was not cleaned to its end says to be of that run.</summary>
    public bool Names(RunId run) => _named.Value.Contains(run);

    /// <summary>The run that holds a process by its cgroup, by a shim above it, or as one that was adopted; null when none does.</summary>
    public string? HolderOf(int pid, ProcessTable table) => _trees.Value.HolderOf(pid, table);
}
