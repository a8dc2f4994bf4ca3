using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WorkflowLifecycle.Sqlite;

/// <summary>What an error of SQLite means to somebody who runs workflows, and what to do about it.</summary>
internal static class SqliteFaults
{
    public static StoreUnavailableException Explain(string path, SqliteException fault) => new(
        fault.SqliteErrorCode switch
        {
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
                $"The store {path} is locked by another process. {BusyRemedy(path)}",
            raw.SQLITE_READONLY or raw.SQLITE_PERM =>
                $"The store {path} cannot be written. Give this user write permission to the file and to its directory, or name another file.",
            raw.SQLITE_CORRUPT or raw.SQLITE_FORMAT =>
                $"The store {path} is damaged ({fault.Message}). It was left as it is: move it and its -wal and -shm files aside, together, " +
                $"and restore a backup, or save what can be read with 'sqlite3 {path} .recover'.",
            raw.SQLITE_NOTADB =>
                $"The file {path} is not a SQLite database. It was left as it is: name another file.",
            raw.SQLITE_FULL =>
                $"The disk of the store {path} is full. Free space on it; nothing of the commit was written.",
            raw.SQLITE_CANTOPEN =>
                $"The store {path} cannot be opened. Check that its directory exists and that this user may read and write in it.",
            raw.SQLITE_IOERR =>
                $"The disk of the store {path} failed ({fault.Message}, code {fault.SqliteExtendedErrorCode}). Check the disk and the file system.",
            raw.SQLITE_TOOBIG =>
                $"A value is too large for the store {path}. Shorten the arguments or the texts of the run.",
            _ => $"The store {path} failed ({fault.Message}, code {fault.SqliteExtendedErrorCode}). Check the file with 'sqlite3 {path} \"PRAGMA integrity_check\"'.",
        },
        fault);

    /// <summary>A value breaks a rule of its table: the fault of whoever wrote it.</summary>
    public static bool IsRefusedValue(SqliteException fault) => fault.SqliteErrorCode == raw.SQLITE_CONSTRAINT;

    /// <summary>Another connection holds a lock; it may be free in a moment.</summary>
    public static bool IsBusy(SqliteException fault) => fault.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>A file of the store could not be opened; where this process has no file descriptor left, a connection that is open still works.</summary>
    public static bool IsNotOpened(SqliteException fault) => fault.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR;

    public static StoreUnavailableException Busy(string path, TimeSpan waited, Exception? fault = null) => new(
        $"The store {path} was not free to write for {waited.TotalSeconds:0.###} s; nothing was written. {BusyRemedy(path)}",
        fault);

    /// <summary>A value in a row is not of the form in which this version writes it.</summary>
    public static bool IsUnreadable(Exception fault) => fault is FormatException or JsonException or InvalidCastException;

    public static StoreUnavailableException Unreadable(string path, Exception fault) => new(
        $"A row of the store {path} cannot be read ({fault.Message}). It was written by a newer version, or changed by hand: " +
        "update this program, or restore a backup.",
        fault);

    private static string BusyRemedy(string path) =>
        $"Find the process that holds it with 'fuser {path}', end it or let it finish, and try again.";
}
