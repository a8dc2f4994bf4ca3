namespace WorkflowLifecycle.Sqlite;

/// <summary>The columns of a table and the statements that name all of them, made once.</summary>
internal sealed class ColumnList
{
    public ColumnList(string table, string key, params string[] columns)
    {
        Select = $"SELECT {string.Join(", ", columns)} FROM {table} ";
        Insert = $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "$" + column))})";
        Update = $"UPDATE {table} SET {string.Join(", ", columns.Where(column => column != key).Select(column => $"{column} = ${column}"))} " +
            $"WHERE {key} = ${key} AND version = $version - 1";
    }

    public string Select { get; }

    public string Insert { get; }

    /// <summary>Replaces the row of that key, if its version is the one before $version. Columns that this version does not know keep their value.</summary>
    public string Update { get; }

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
