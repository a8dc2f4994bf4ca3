using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Opens a file as a store: finds out whether it is one, and brings its schema up to date.</summary>
internal sealed class SqliteSchema
{
    // Walking a file of this size takes some milliseconds; larger ones are found out when a damaged page is touched.
    private const long CheckedSize = 4 * 1024 * 1024;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(10);

    private readonly SqliteFile _file;
    private readonly IReadOnlyList<SqliteMigration> _migrations;
    private readonly SqliteStoreOptions _options;
    private readonly TimeProvider _timeProvider;

    public SqliteSchema(SqliteFile file, IReadOnlyList<SqliteMigration> migrations, SqliteStoreOptions options, TimeProvider timeProvider)
    {
        _file = file;
        _migrations = migrations;
        _options = options;
        _timeProvider = timeProvider;
    }

    private int OurVersion => _migrations[^1].Version;

    /// <summary>The connection of the writer, and the store's random name. Blocks; for a thread of its own.</summary>
    /// <exception cref="StoreUnavailableException">Not a store, too new, damaged, or locked for too long.</exception>
    public (SqliteSession Session, string StoreId) Open(CancellationToken cancellationToken)
    {
        _file.Prepare();
        SqliteSession? session = null;
        try
        {
            session = _file.OpenWriter();
            string storeId = Open(session, cancellationToken);
            SqliteSession opened = session;
            session = null;
            return (opened, storeId);
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(_file.Path, fault);
        }
        finally
        {
            session?.Dispose();
        }
    }

    private string Open(SqliteSession session, CancellationToken cancellationToken)
    {
        // Until the file is known to be ours, and whole, not even closing it may change it.
        session.AllowCheckpointOnClose(false);
        if (session.IsReadOnly)
        {
            throw new StoreUnavailableException(
                $"The store {_file.Path} cannot be written by this user. Give write permission to the file and to its directory, or name another file.");
        }

        SchemaVersion found = Read(session, cancellationToken);
        Refuse(found);
        Check(session, cancellationToken);
        session.AllowCheckpointOnClose(true);
        UseWriteAheadLog(session, cancellationToken);
        return Migrate(session, found, cancellationToken).StoreId;
    }

    private SchemaVersion Read(SqliteSession session, CancellationToken cancellationToken) => Wait(
        () => ReadOnce(session), cancellationToken);

    private SchemaVersion ReadOnce(SqliteSession session)
    {
        long objects = session.QueryNumber("SELECT count(*) FROM sqlite_schema");
        if (objects == 0)
        {
            return new SchemaVersion(0, 0, string.Empty);
        }

        SchemaVersion? version = session.QueryNumber("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_info'") == 0
            ? null
            : session.QueryFirst(
                "SELECT schema_version, oldest_reader, store_id FROM schema_info WHERE id = 1",
                static row => new SchemaVersion(row.GetInt32(0), row.GetInt32(1), row.GetString(2)));
        return version ?? throw new StoreUnavailableException(
            $"The file {_file.Path} is a SQLite database of something else. It was left as it is: name another file.");
    }

    private void Refuse(SchemaVersion found)
    {
        if (found.OldestReader > OurVersion)
        {
            throw new StoreUnavailableException(
                $"The store {_file.Path} has schema version {found.Version}, which needs version {found.OldestReader} or newer; " +
                $"this version knows {OurVersion}. Update this program, or name another file.");
        }
    }

    /// <summary>Whether it stays as it is: every older schema can be listed and killed in, and only a host decides that it changes.</summary>
    private bool IsUsable(SchemaVersion found) => found.Version >= OurVersion || (found.Version > 0 && !_options.Migrate);

    private void Check(SqliteSession session, CancellationToken cancellationToken)
    {
        if (new FileInfo(_file.Path).Length > CheckedSize)
        {
            return;
        }

        string? verdict = Wait(() => session.QueryText("PRAGMA quick_check(1)"), cancellationToken);
        if (verdict != "ok")
        {
            throw new StoreUnavailableException(
                $"The store {_file.Path} is damaged ({verdict}). It was left as it is: move it and its -wal and -shm files aside, together, " +
                $"and restore a backup, or save what can be read with 'sqlite3 {_file.Path} .recover'.");
        }
    }

    private void UseWriteAheadLog(SqliteSession session, CancellationToken cancellationToken)
    {
        string? mode = Wait(() => session.QueryText("PRAGMA journal_mode = WAL"), cancellationToken);
        if (mode != "wal")
        {
            throw new StoreUnavailableException(
                $"The file system of the store {_file.Path} cannot hold a write-ahead log (journal mode is {mode}). Put the file on a local disk.");
        }
    }

    private SchemaVersion Migrate(SqliteSession session, SchemaVersion found, CancellationToken cancellationToken)
    {
        if (IsUsable(found))
        {
            return found;
        }

        Wait(() => session.TryExecute("BEGIN IMMEDIATE") ? string.Empty : null, cancellationToken);
        try
        {
            // Another process may have been first.
            SchemaVersion current = ReadOnce(session);
            Refuse(current);
            if (IsUsable(current))
            {
                return current;
            }

            foreach (SqliteMigration migration in _migrations.Where(migration => migration.Version > current.Version))
            {
                session.ExecuteScript(migration.Sql);
                current = Record(session, migration, current);
            }

            session.ExecuteScript("COMMIT");
            return current;
        }
        finally
        {
            if (session.InTransaction)
            {
                session.ExecuteScript("ROLLBACK");
            }
        }
    }

    private static SchemaVersion Record(SqliteSession session, SqliteMigration migration, SchemaVersion before)
    {
        string storeId = before.Version == 0 ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) : before.StoreId;
        session.Execute(
            "INSERT INTO schema_info (id, store_id, schema_version, oldest_reader) VALUES (1, $store_id, $version, $oldest_reader) " +
            "ON CONFLICT (id) DO UPDATE SET schema_version = excluded.schema_version, oldest_reader = excluded.oldest_reader",
            ("$store_id", storeId), ("$version", migration.Version), ("$oldest_reader", migration.OldestReader));
        return new SchemaVersion(migration.Version, migration.OldestReader, storeId);
    }

    /// <summary>Tries until it works: null and SQLite's "busy" both mean that another process holds a lock.</summary>
    private T Wait<T>(Func<T?> attempt, CancellationToken cancellationToken)
        where T : class
    {
        long start = _timeProvider.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SqliteException? busy = null;
            try
            {
                if (attempt() is { } result)
                {
                    return result;
                }
            }
            catch (SqliteException fault) when (SqliteFaults.IsBusy(fault))
            {
                // Held by another process: the deadline below decides.
                busy = fault;
            }

            if (_timeProvider.GetElapsedTime(start) >= _options.BusyTimeout)
            {
                throw SqliteFaults.Busy(_file.Path, _options.BusyTimeout, busy);
            }

            cancellationToken.WaitHandle.WaitOne(RetryInterval);
        }
    }
}
