namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>What a process has open or in memory of one file system.</summary>
/// <param name="Files">The files.</param>
/// <param name="IsAll">False when not everything of it could be read.</param>
internal sealed record OpenedFiles(IReadOnlySet<FileKey> Files, bool IsAll);
