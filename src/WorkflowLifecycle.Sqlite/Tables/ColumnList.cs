namespace WorkflowLifecycle.Sqlite;

/// <summary>The columns of a table, and for each version of the schema the statements that name those that it has, made once.</summary>
internal sealed class ColumnList
{
    private readonly TableStatements[] _statements;

    /// <param name="table">The table.</param>
    /// <param name="key">The column that names a row.</param>
    /// <param name="columns">All columns, in the order in which they are read.</param>
    /// <param name="later">Of those, the ones that the table was not made with.</param>
    public ColumnList(string table, string key, IReadOnlyList<string> columns, IReadOnlyList<LaterColumn> later) =>
        _statements = [.. Enumerable.Range(0, SqliteMigrations.Newest + 1).Select(version => new TableStatements(table, key, columns, later, version))];

    /// <summary>The statements for the schema that the session's file has. A newer one has every column that this version knows.</summary>
    public TableStatements For(SqliteSession session) => _statements[Math.Min(session.SchemaVersion, SqliteMigrations.Newest)];

    public static IEnumerable<string> Identity(string process) =>
    [
        $"{process}_host_id",
        $"{process}_boot_id",
        $"{process}_pid_namespace",
        $"{process}_pid_namespace_start_ticks",
        $"{process}_pid",
        $"{process}_start_ticks",
        $"{process}_pidfs_handle",
    ];
}
