namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>How things were at a launch.</summary>
/// <param name="Snapshot">The host and the machine.</param>
/// <param name="Number">Of the launches of this host, which.</param>
/// <param name="Others">How many other runs of this host were there.</param>
internal sealed record LaunchNote(HostSnapshot Snapshot, int Number, int Others);
