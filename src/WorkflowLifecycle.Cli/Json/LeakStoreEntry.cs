namespace WorkflowLifecycle.Cli.Json;

/// <summary>A store that was asked, or could not be.</summary>
internal sealed record LeakStoreEntry(string Location, bool IsOpen, string? Problem);
