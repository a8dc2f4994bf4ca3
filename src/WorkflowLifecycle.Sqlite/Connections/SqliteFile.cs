using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The database file: what may be opened, how it is made, how connections to it are opened.</summary>
internal sealed class SqliteFile
{
    private const int SmallestDatabase = 512;

    public SqliteFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes the file where there is none, and refuses what cannot be a store. A file that is there is looked at, never changed.</summary>
    /// <remarks>
    /// A file that may be open is not opened here: closing it would drop the locks that SQLite holds on it in this process (fcntl locks
    /// belong to process and file).
    /// </remarks>
    /// <exception cref="StoreUnavailableException">It cannot be a store.</exception>
    public void Prepare()
    {
        if (Directory.Exists(Path))
        {
            throw new StoreUnavailableException($"The store {Path} is a directory. Name a file in it, for example {System.IO.Path.Combine(Path, "workflows.db")}.");
        }

        FileInfo log = new(Path + "-wal");
        bool logHasContent = log.Exists && log.Length > 0;
        FileInfo file = new(Path);
        if (logHasContent && (!file.Exists || file.Length == 0))
        {
            // SQLite takes an empty file for a new database, and deletes the log that belonged to the lost one.
            throw new StoreUnavailableException(
                $"The store {Path} is missing or empty, and its write-ahead log {log.FullName} is not: the file was lost. Restore it, or move the log aside.");
        }

        if (!file.Exists)
        {
            Create();
            return;
        }

        if (file.Length is > 0 and < SmallestDatabase)
        {
            // A file of one byte would be taken for an empty database, and overwritten.
            throw new StoreUnavailableException($"The file {Path} is not a SQLite database. It was left as it is: name another file.");
        }

        if (!OperatingSystem.IsWindows() &&
            (file.UnixFileMode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == UnixFileMode.None)
        {
            // Root could write it all the same: whoever took the permission away from everybody meant it.
            throw new StoreUnavailableException(
                $"The store {Path} is read-only. Give its owner write permission ('chmod u+w {Path}'), or name another file.");
        }
    }

    /// <summary>A connection that never makes the file. Its own waiting for locks is as short as the provider allows.</summary>
    public SqliteSession OpenWriter() => Open(SqliteOpenMode.ReadWrite);

    public SqliteSession OpenReader() => Open(SqliteOpenMode.ReadOnly);

    private SqliteSession Open(SqliteOpenMode mode)
    {
        SqliteConnectionStringBuilder settings = new()
        {
            DataSource = Path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 1,
        };
        SqliteConnection connection = new(settings.ToString());
        try
        {
            connection.Open();
            SqliteSession session = new(connection);

            // Or a commit makes a file in a directory for temporary ones, which may be full, and takes a file descriptor.
            session.TryExecute("PRAGMA temp_store = MEMORY");
            return session;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    private void Create()
    {
        try
        {
            CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite };
            if (!OperatingSystem.IsWindows())
            {
                // SQLite gives its -wal and -shm files the mode of the database.
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using FileStream stream = new(Path, options);
        }
        catch (IOException) when (File.Exists(Path))
        {
            // Another process made it in between.
            return;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The store {Path} cannot be created: {fault.Message} Check the directory and its permissions, or name another file.", fault);
        }
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        if (Directory.Exists(directory))
        {
            return;
        }

        // One by one: the framework gives the mode to the last of them alone.
        CreateDirectory(System.IO.Path.GetDirectoryName(directory)!);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
