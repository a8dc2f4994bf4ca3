namespace WorkflowLifecycle.Sqlite;

/// <summary>A column that a migration added to a table.</summary>
/// <param name="Name">The column.</param>
/// <param name="Since">The version of the schema that has it first.</param>
/// <param name="Absent">What it holds, as SQL, for a row without a value: what is read where the schema is older.</param>
internal sealed record LaterColumn(string Name, int Since, string Absent = "NULL");
