using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;

/// <summary>Who has files of one file system open or in memory: a look at processes that may be looked into.</summary>
internal sealed class SharedMemoryHolders
{
    private readonly Dictionary<FileKey, HashSet<ProcessKey>> _holders = [];

    public IReadOnlyCollection<ProcessKey> Of(FileKey file) => _holders.TryGetValue(file, out HashSet<ProcessKey>? holders) ? holders : [];

    /// <summary>Looks at every process of this PID namespace; null when the time is up first.</summary>
    /// <param name="place">A file on the file system that is meant.</param>
    /// <param name="time">How long.</param>
    public static SharedMemoryHolders? Find(FileKey place, LookTime time)
    {
        SharedMemoryHolders found = new();
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            if (time.IsUp())
            {
                return null;
            }

            // Read under a number: what was read counts only when it was that process' all the while.
            IReadOnlySet<FileKey> opened = Read(stat.Pid, place);
            if (ProcessReader.TryReadStat(stat.Pid, out ProcStat now) && now.StartTicks == stat.StartTicks)
            {
                found.Add(ProcessKey.Of(stat), opened);
            }
        }

        return found;
    }

    /// <summary>Looks at the processes of a run alone, as far as the time goes.</summary>
    public static SharedMemoryHolders Of(RunProcesses processes, FileKey place, LookTime time)
    {
        SharedMemoryHolders found = new();
        foreach ((ProcessKey process, IReadOnlySet<FileKey> opened) in processes.Read(pid => Read(pid, place), time))
        {
            found.Add(process, opened);
        }

        return found;
    }

    private void Add(ProcessKey process, IReadOnlySet<FileKey> opened)
    {
        foreach (FileKey file in opened)
        {
            if (!_holders.TryGetValue(file, out HashSet<ProcessKey>? holders))
            {
                _holders[file] = holders = [];
            }

            holders.Add(process);
        }
    }

    private static HashSet<FileKey> Read(int pid, FileKey place)
    {
        HashSet<FileKey> files = [.. (MappedFile.Of(pid) ?? []).Select(file => file.Key).Where(key => key.IsOnDeviceOf(place))];
        foreach (string descriptor in OpenDescriptors.Of(pid))
        {
            // Some files that processes have open are on a server that is away: it is not asked.
            if (FileLook.TryTake(OpenDescriptors.PathOf(pid, descriptor), followLinks: true, out FileLook file)
                && new FileKey(file.Major, file.Minor, file.Inode) is var key && key.IsOnDeviceOf(place))
            {
                files.Add(key);
            }
        }

        return files;
    }
}
