using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>A file by which git keeps others out.</summary>
/// <param name="Path">Where it is, without links.</param>
/// <param name="Mark">Which file.</param>
/// <param name="Place">Of which repository.</param>
internal readonly record struct GitLockFile(string Path, LockFileMark Mark, GitPlace Place);
