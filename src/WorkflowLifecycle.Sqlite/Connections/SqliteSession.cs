using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WorkflowLifecycle.Sqlite;

/// <summary>A connection with its prepared statements. For one thread at a time; <see cref="Interrupt"/> alone may come from another.</summary>
internal sealed class SqliteSession : IDisposable
{
    // sqlite3.h: SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.
    private const int NoCheckpointOnClose = 1006;

    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private readonly SqliteConnection _connection;

    public SqliteSession(SqliteConnection openConnection) => _connection = openConnection;

    public string Path => _connection.DataSource;

    /// <summary>The version of the file's schema, as far as it was looked at; see <see cref="LookAtSchema"/>.</summary>
    public int SchemaVersion { get; private set; }

    public long LastInsertedId => raw.sqlite3_last_insert_rowid(_connection.Handle!);

    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle!) == 0;

    public bool IsReadOnly => raw.sqlite3_db_readonly(_connection.Handle!, "main") != 0;

    /// <summary>Runs a statement; the number of rows that it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Prepare(sql, parameters).ExecuteNonQuery();

    /// <summary>Runs several statements that are used once.</summary>
    public void ExecuteScript(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// Runs a statement without results past the provider, which answers a held lock with sleeps of 150 ms that no token ends.
    /// </summary>
    /// <returns>False when another connection holds the lock.</returns>
    /// <exception cref="SqliteException">Any other error.</exception>
    public bool TryExecute(string sql)
    {
        int result = raw.sqlite3_exec(_connection.Handle!, sql);
        if ((result & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            return false;
        }

        SqliteException.ThrowExceptionForRC(result, _connection.Handle!);
        return true;
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        List<T> rows = [];
        using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public T? QueryFirst<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where T : class
    {
        using SqliteDataReader reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() ? map(reader) : null;
    }

    public long QueryNumber(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Prepare(sql, parameters).ExecuteScalar() is long number ? number : 0;

    public string? QueryText(string sql) => Prepare(sql, []).ExecuteScalar() as string;

    /// <summary>
    /// Finds out which columns and tables there are. Where they are all that this version knows, once; in an older schema each time, for a host may
    /// bring it up to date while this connection is open.
    /// </summary>
    public void LookAtSchema()
    {
        if (SchemaVersion < SqliteMigrations.Newest)
        {
            SchemaVersion = (int)QueryNumber("SELECT schema_version FROM schema_info WHERE id = 1");
        }
    }

    /// <summary>Whether closing may move the write-ahead log into the file, and so change it.</summary>
    public void AllowCheckpointOnClose(bool allowed) =>
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_db_config(_connection.Handle!, NoCheckpointOnClose, allowed ? 0 : 1, out _), _connection.Handle!);

    /// <summary>Makes the statement that runs now, if any, end with an error.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_connection.Handle!);

    public void Dispose()
    {
        foreach (SqliteCommand command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.Parameters.Clear();
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
