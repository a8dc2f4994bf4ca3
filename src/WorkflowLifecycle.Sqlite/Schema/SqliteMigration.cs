namespace WorkflowLifecycle.Sqlite;

/// <summary>One step of the schema.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="OldestReader">The oldest version whose software may still read and write the schema after it.</param>
/// <param name="Sql">What it does.</param>
internal sealed record SqliteMigration(int Version, int OldestReader, string Sql);
