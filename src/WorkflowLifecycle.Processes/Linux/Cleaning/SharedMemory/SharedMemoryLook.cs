namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>Who had what, and when that was seen, by the clock's timestamp.</summary>
internal sealed record SharedMemoryLook(SharedMemoryHolders Holders, long At);
