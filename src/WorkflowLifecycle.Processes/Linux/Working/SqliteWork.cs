namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>
/// Finds SQLite databases that a process is writing to, by the byte ranges that SQLite locks. The database itself is never opened: to close
/// it would take away every lock that this process holds on it, and this process may use that database, too.
/// </summary>
internal sealed class SqliteWork(OpenFiles openFiles)
{
    // A rollback journal: PENDING, RESERVED and the range of readers, which EXCLUSIVE locks for writing.
    private const ulong FirstByte = 0x40000000;
    private const ulong LastByte = FirstByte + 511;

    // A write-ahead log: the writer's byte of the shared memory file, and the last one that is locked with it.
    private const ulong WriterByte = 120;
    private const ulong LastSharedByte = 128;
    private const string SharedMemory = "-shm";
    private const int MostLines = 50;
    private const int LongestDescription = 200;

    public IReadOnlyList<InFlightWork> Find(string workDirectory, IReadOnlyList<ProcessSnapshot> processes)
    {
        LockTable table = LockTable.Read();
        HashSet<int> writers = [.. table.Held.Where(held => IsWriter(held, isSharedMemory: false) || IsWriter(held, isSharedMemory: true)).Select(held => held.Pid)];
        IEnumerable<ProcessSnapshot> candidates = processes.Where(process => !table.IsWhole || writers.Contains(process.Pid));

        // Which file it is says the descriptor: the device that /proc/locks names is not that of stat(2) on overlayfs and btrfs.
        return [.. openFiles.Below([workDirectory], candidates)
            .Where(file => LockTable.Of(file.Process.Pid, file.Descriptor).Exists(held => IsWriter(held, IsSharedMemory(file.Path))))
            .Select(file => (file.Process, Database: IsSharedMemory(file.Path) ? file.Path[..^SharedMemory.Length] : file.Path))
            .DistinctBy(found => found.Database)
            .Take(MostLines)
            .Select(found => new InFlightWork(VisibleText.Of($"write lock on {Path.GetFileName(found.Database)}", LongestDescription))
            {
                Pid = found.Process.Pid,
                StartTicks = found.Process.StartTicks,
                Path = found.Database,
            })];
    }

    /// <summary>Whether a file is a database that its holder has locked as SQLite does, if only for reading: while it is, its lock says whether it is written to.</summary>
    public static bool IsInUse(OpenFile file) =>
        LockTable.Of(file.Process.Pid, file.Descriptor).Exists(held => held.Kind == KernelLockKind.Posix && held.LiesWithin(FirstByte, LastByte));

    private static bool IsSharedMemory(string path) => path.EndsWith(SharedMemory, StringComparison.Ordinal);

    // SQLite locks nothing but these bytes. Who locks a whole file, such as the one of its PID, is no database: it would hold that for good.
    private static bool IsWriter(in KernelLock held, bool isSharedMemory) => held.Kind == KernelLockKind.Posix && held.IsWrite
        && (isSharedMemory ? held.Touches(WriterByte, WriterByte) && held.LiesWithin(WriterByte, LastSharedByte) : held.LiesWithin(FirstByte, LastByte));
}
