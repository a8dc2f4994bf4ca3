namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>A directory that a walk was in is somewhere else by now.</summary>
internal sealed class TreeMovedException() : IOException("A directory was moved while its tree was walked.");
