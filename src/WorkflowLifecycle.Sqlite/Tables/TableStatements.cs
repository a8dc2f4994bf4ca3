using System.Globalization;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The statements that name all columns of a table in one version of the schema.</summary>
internal sealed class TableStatements
{
    private readonly LaterColumn[] _missing;
    private readonly string _table;

    public TableStatements(string table, string key, IReadOnlyList<string> columns, IReadOnlyList<LaterColumn> later, int version)
    {
        _table = table;
        _missing = [.. later.Where(column => column.Since > version)];
        string[] there = [.. columns.Where(column => FindMissing(column) is null)];
        Columns = "SELECT " + string.Join(", ", columns.Select(column => FindMissing(column) is { } missing ? $"{missing.Absent} AS {column}" : column));
        Select = $"{Columns} FROM {table} ";
        Insert = $"INSERT INTO {table} ({string.Join(", ", there)}) VALUES ({string.Join(", ", there.Select(column => "$" + column))})";
        Update = $"UPDATE {table} SET {string.Join(", ", there.Where(column => column != key).Select(column => $"{column} = ${column}"))} " +
            $"WHERE {key} = ${key} AND version = $version - 1";
    }

    /// <summary>The columns, without the table that they are of.</summary>
    public string Columns { get; }

    public string Select { get; }

    public string Insert { get; }

    /// <summary>Replaces the row of that key, if its version is the one before $version. Columns that this version does not know keep their value.</summary>
    public string Update { get; }

    /// <summary>The values of the columns that there are.</summary>
    /// <exception cref="StoreUnavailableException">A value has no place in this schema: writing the rest would lose it.</exception>
    public (string Name, object? Value)[] Fit(SqliteSession session, (string Name, object? Value)[] values)
    {
        if (_missing.Length == 0)
        {
            return values;
        }

        foreach ((string name, object? value) in values)
        {
            if (FindMissing(name[1..]) is { } missing && (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "NULL") != missing.Absent)
            {
                throw SchemaFaults.NoPlace(session, $"'{missing.Name}' of {_table}", missing.Since);
            }
        }

        return [.. values.Where(value => FindMissing(value.Name[1..]) is null)];
    }

    private LaterColumn? FindMissing(string column) => Array.Find(_missing, missing => missing.Name == column);
}
