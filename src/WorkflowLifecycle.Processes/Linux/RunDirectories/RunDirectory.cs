using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>The directory of one run: lock, control socket, records, journal, output.</summary>
internal sealed class RunDirectory(string path)
{
    public const string ControlSocket = "ctl";
    public const string NotifySocket = "notify";
    public const string LockFile = "kill.lock";
    public const string Identity = "run.json";
    public const string Journal = "journal";

    /// <summary>What an adopted run has in place of a journal: nothing of ours held its tree from the start.</summary>
    public const string Adopted = "adopted";

    /// <summary>How a directory is called until everything is in it, and from when the last of it goes.</summary>
    public const string UnfinishedPrefix = ".part-";

    /// <summary>Making and removing take microseconds.</summary>
    public static readonly TimeSpan UnfinishedAge = TimeSpan.FromSeconds(10);

    private const int RemoveNestedDirectory = 0x200;


    private static readonly string[] OutputPrefixes = ["stdout.log", "stderr.log"];

    // What proves the end to whoever has to go on with a kill, who may, and whose directory this is.
    private static readonly string[] Records = ["exit", "empty", LockFile, Identity];

    public string Path { get; } = path;

    public bool Exists => Directory.Exists(Path);

    /// <summary>False once the run was cleaned. The records of its end may still be there.</summary>
    public bool HasJournal => File.Exists(System.IO.Path.Combine(Path, Journal)) || File.Exists(System.IO.Path.Combine(Path, Adopted));

    /// <summary>False once the records of the end are gone, also where output is kept.</summary>
    public bool HasLock => File.Exists(LockPath);

    public string LockPath => System.IO.Path.Combine(Path, LockFile);

    public string ControlSocketPath => System.IO.Path.Combine(Path, ControlSocket);

    public string NotifySocketPath => System.IO.Path.Combine(Path, NotifySocket);

    public string CriticalPath => CriticalDirectory.PathIn(Path);

    /// <summary>
    /// Makes the directory (0700) with its lock and the directory of critical sections. Under its name it is there whole or not at all: whoever is killed in
    /// between leaves <see cref="UnfinishedPrefix"/>, which every start clears.
    /// </summary>
    /// <param name="runs">The directory of all runs.</param>
    /// <param name="internalId">The run's.</param>
    /// <param name="describe">Writes into it whose it is.</param>
    /// <exception cref="IOException">It is there already, or cannot be made.</exception>
    public static RunDirectory Create(string runs, string internalId, Action<RunDirectory>? describe = null)
    {
        RunDirectory unfinished = new(System.IO.Path.Combine(runs, UnfinishedPrefix + internalId));
        if (Libc.MakeDirectory(unfinished.Path, 0x1C0) != 0)
        {
            throw new IOException($"mkdir {unfinished.Path}: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        try
        {
            unfinished.Furnish();
            describe?.Invoke(unfinished);
            RunDirectory directory = new(System.IO.Path.Combine(runs, internalId));
            Directory.Move(unfinished.Path, directory.Path);
            return directory;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk: what was made has no row, so nobody would ever take it away.
            _ = unfinished.RemoveFinally([]);
            throw exception as IOException ?? new IOException(exception.Message, exception);
        }
    }

    /// <summary>Takes away what nobody is at any more: makers and removers that died over it.</summary>
    /// <param name="runs">The directory of all runs.</param>
    /// <param name="now">What was touched within <see cref="UnfinishedAge"/> may be under way.</param>
    /// <returns>How many of those there are.</returns>
    public static int ClearUnfinished(string runs, DateTimeOffset now)
    {
        int young = 0;
        foreach (string path in Directory.GetDirectories(runs, UnfinishedPrefix + "*"))
        {
            if (now.UtcDateTime - Directory.GetLastWriteTimeUtc(path) > UnfinishedAge)
            {
                _ = new RunDirectory(path).RemoveFinally([]);
            }
            else
            {
                young++;
            }
        }

        return young;
    }

    public FileDescriptor Open() => OpenUnlessGone() ?? throw new IOException($"{Path}: {Errno.Describe(Errno.ENOENT)}");

    /// <summary>Puts the names in the directory on stable storage.</summary>
    /// <exception cref="IOException">That cannot be done.</exception>
    public void Flush()
    {
        using FileDescriptor handle = Open();

        // Some file systems have nothing to flush for a directory, and say so.
        if (Libc.Flush(handle) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EINVAL)
        {
            throw new IOException($"fsync {Path}: {Errno.Describe(errno)}");
        }
    }

    /// <summary>Removes the files of the run, and the directory when nothing is kept.</summary>
    /// <param name="keepOutput">Whether the output files stay.</param>
    /// <param name="keepRecords">Whether that stays, unnamed, from which the end can still be proven.</param>
    /// <returns>What is left by name: kept output, or what could not be removed.</returns>
    public (IReadOnlyList<string> Removed, IReadOnlyList<string> Kept, IReadOnlyList<string> Failed) Remove(bool keepOutput, bool keepRecords = false)
    {
        List<string> removed = [];
        List<string> kept = [];
        List<string> failed = [];
        using FileDescriptor? handle = OpenUnlessGone();
        if (handle is null)
        {
            return (removed, kept, failed);
        }

        CriticalDirectory.Empty(Path);
        foreach (string name in Names().Where(static name => name is not (Identity or LockFile)))
        {
            if (keepOutput && OutputPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                kept.Add(name);
            }
            else if (!keepRecords || !IsRecord(name))
            {
                (IsRemoved(handle, name) ? removed : failed).Add(name);
            }
        }

        if (keepRecords)
        {
            return (removed, kept, failed);
        }

        // By these two whoever has to go on finds a directory that a crash left half removed: they go last, and as one.
        if (kept.Count == 0 && failed.Count == 0)
        {
            failed.AddRange(RemoveAtOnce(removed));
        }
        else
        {
            foreach (string name in Names().Where(static name => name is Identity or LockFile).Order(StringComparer.Ordinal))
            {
                (IsRemoved(handle, name) ? removed : failed).Add(name);
            }
        }

        return (removed, kept, failed);
    }

    private List<string> RemoveAtOnce(List<string> removed)
    {
        RunDirectory leaving = new(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, UnfinishedPrefix + System.IO.Path.GetFileName(Path)));
        try
        {
            Directory.Move(Path, leaving.Path);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else was faster.
            return [];
        }

        return leaving.RemoveFinally(removed);
    }

    private List<string> RemoveFinally(List<string> removed)
    {
        using FileDescriptor? handle = OpenUnlessGone();
        if (handle is null)
        {
            return [];
        }

        CriticalDirectory.Empty(Path);
        List<string> failed = [];
        foreach (string name in Names())
        {
            (IsRemoved(handle, name) ? removed : failed).Add(name);
        }

        if (failed.Count == 0 && !IsGone(Libc.RemoveDirectory(Path)))
        {
            failed.Add(".");
        }

        return failed;
    }

    // Through the descriptor and by plain name: a symbolic link put here is removed, never followed.
    private static bool IsRemoved(FileDescriptor directory, string name) =>
        IsGone(Libc.UnlinkAt(directory, name, 0)) || IsGone(Libc.UnlinkAt(directory, name, RemoveNestedDirectory));

    private FileDescriptor? OpenUnlessGone()
    {
        FileDescriptor handle = Libc.Open(Path, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
        if (!handle.IsInvalid)
        {
            return handle;
        }

        int errno = Marshal.GetLastPInvokeError();
        handle.Dispose();
        return errno == Errno.ENOENT ? null : throw new IOException($"{Path}: {Errno.Describe(errno)}");
    }

    // Somebody else may be at it, too, and faster.
    private string[] Names()
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private void Furnish()
    {
        using FileDescriptor handle = Open();
        using FileDescriptor file = Libc.OpenAt(handle, LockFile, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, 0x180);
        if (file.IsInvalid)
        {
            throw new IOException($"{Path}/{LockFile}: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        }

        CriticalDirectory.Make(handle, Path);
    }

    // A directory or a link that has such a name was put there by the program, and is no record.
    private bool IsRecord(string name) =>
        (Records.Contains(name, StringComparer.Ordinal) || name.StartsWith(RuntimeDirectories.EarlierIntentPrefix, StringComparison.Ordinal))
        && FileFacts.Of(System.IO.Path.Combine(Path, name)) is { IsRegularFile: true };

    // Two processes may clean at once; what the other one removed is removed.
    private static bool IsGone(int result) => result == 0 || Marshal.GetLastPInvokeError() == Errno.ENOENT;
}
