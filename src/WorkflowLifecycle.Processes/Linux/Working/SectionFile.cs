namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>A file of a critical directory that is locked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it protects.</param>
/// <param name="Look">What it is.</param>
/// <param name="Takers">The processes that took the lock, one for each; empty when that cannot be seen.</param>
internal sealed record SectionFile(string Name, CriticalSectionKind Kind, FileLook Look, IReadOnlyList<int> Takers);
