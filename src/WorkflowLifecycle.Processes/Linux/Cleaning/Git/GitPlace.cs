namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Where a repository keeps its state.</summary>
/// <param name="WorkTree">The directory in which it was found.</param>
/// <param name="Directory">Its own directory, without links.</param>
/// <param name="Shared">The one that it shares with its other worktrees; the same as <paramref name="Directory"/> where it is the main one.</param>
/// <param name="IsProven">False where a pointer leads there that nothing there answers: any program may write one that names a stranger's repository.</param>
internal sealed record GitPlace(string WorkTree, string Directory, string Shared, bool IsProven);
