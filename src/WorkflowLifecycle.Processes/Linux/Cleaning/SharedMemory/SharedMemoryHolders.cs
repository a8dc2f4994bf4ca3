using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>Who has files of one file system open or in memory: a look at all processes that may be looked into.</summary>
internal sealed class SharedMemoryHolders
{
    private const int ReadPermission = 4;

    private readonly Dictionary<FileKey, HashSet<ProcessKey>> _holders = [];

    /// <summary>How many processes could not be looked into.</summary>
    public int Unread { get; private set; }

    /// <summary>The files that somebody has.</summary>
    public IEnumerable<FileKey> Files => _holders.Keys;

    public IReadOnlyCollection<ProcessKey> Of(FileKey file) => _holders.TryGetValue(file, out HashSet<ProcessKey>? holders) ? holders : [];

    /// <summary>Looks at every process of this PID namespace.</summary>
    /// <param name="place">A file on the file system that is meant.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static SharedMemoryHolders Find(FileKey place, CancellationToken cancellationToken)
    {
        SharedMemoryHolders found = new();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add(stat, place);
        }

        return found;
    }

    private void Add(in ProcStat stat, FileKey place)
    {
        HashSet<FileKey> files = [];
        bool isRead = AddMapped(stat.Pid, place, files) & AddOpen(stat.Pid, place, files);

        // Read under a number: what was read counts only when it was that process' all the while.
        if (!ProcessReader.TryReadStat(stat.Pid, out ProcStat now) || now.StartTicks != stat.StartTicks)
        {
            return;
        }

        Unread += isRead ? 0 : 1;
        foreach (FileKey file in files)
        {
            if (!_holders.TryGetValue(file, out HashSet<ProcessKey>? holders))
            {
                _holders[file] = holders = [];
            }

            holders.Add(ProcessKey.Of(stat));
        }
    }

    private static bool AddMapped(int pid, FileKey place, HashSet<FileKey> files)
    {
        IReadOnlyList<MappedFile>? mapped = MappedFile.Of(pid);
        files.UnionWith((mapped ?? []).Select(file => file.Key).Where(key => key.IsOnDeviceOf(place)));
        return mapped is not null;
    }

    private static bool AddOpen(int pid, FileKey place, HashSet<FileKey> files)
    {
        foreach (string descriptor in OpenDescriptors.Of(pid))
        {
            if (BornFile.TryTake(OpenDescriptors.PathOf(pid, descriptor), followLinks: true, out BornFile file) && file.Key.IsOnDeviceOf(place))
            {
                files.Add(file.Key);
            }
        }

        return Interop.Libc.Access($"/proc/{pid}/fd", ReadPermission) == 0;
    }
}
