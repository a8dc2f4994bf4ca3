using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>Removes a directory the way the cleaners do.</summary>
internal static class Removal
{
    public static RemovalResult Of(string path, WalkLimits? limits = null, Func<WalkedDirectory, byte[], string?>? keep = null)
    {
        using PinnedDirectory place = PinnedDirectory.Open(path) ?? throw new DirectoryNotFoundException(path);
        return TreeRemover.Remove(place, static _ => { }, TimeProvider.System, limits, keep, TestContext.Current.CancellationToken);
    }
}
