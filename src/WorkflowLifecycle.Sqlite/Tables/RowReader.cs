using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Reads the columns of a row one after the other, in the order in which they were selected.</summary>
internal ref struct RowReader
{
    private readonly SqliteDataReader _row;
    private int _column;

    public RowReader(SqliteDataReader row) => _row = row;

    public string Text() => _row.GetString(_column++);

    public string? TextOrNull() => _row.IsDBNull(_column) ? Skip<string>() : Text();

    public long Number() => _row.GetInt64(_column++);

    public long? NumberOrNull() => _row.IsDBNull(_column) ? Skip<long?>() : Number();

    public byte[] Bytes() => _row.GetFieldValue<byte[]>(_column++);

    public ulong Unsigned() => unchecked((ulong)Number());

    public RunState State() =>
        Text() is { } name && !string.IsNullOrWhiteSpace(name) ? new RunState(name) : throw new FormatException("The state has no name.");

    public DateTimeOffset Time() => StoredTime.Read(Text());

    public DateTimeOffset? TimeOrNull() => _row.IsDBNull(_column) ? Skip<DateTimeOffset?>() : Time();

    public ProcessIdentity? IdentityOrNull()
    {
        const int Columns = 7;
        if (_row.IsDBNull(_column))
        {
            _column += Columns;
            return null;
        }

        return new ProcessIdentity
        {
            HostId = Text(),
            BootId = Text(),
            PidNamespace = Unsigned(),
            PidNamespaceStartTicks = Unsigned(),
            Pid = (int)Number(),
            StartTicks = Unsigned(),
            PidfsHandle = TextOrNull(),
        };
    }

    private T? Skip<T>()
    {
        _column++;
        return default;
    }
}
