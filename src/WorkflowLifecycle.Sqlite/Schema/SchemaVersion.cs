namespace WorkflowLifecycle.Sqlite;

/// <summary>What a file says about its schema.</summary>
/// <param name="Version">The version of its schema; 0 = none yet.</param>
/// <param name="OldestReader">The oldest version whose software may use it.</param>
/// <param name="StoreId">Random name of the store, made with it.</param>
internal sealed record SchemaVersion(int Version, int OldestReader, string StoreId);
