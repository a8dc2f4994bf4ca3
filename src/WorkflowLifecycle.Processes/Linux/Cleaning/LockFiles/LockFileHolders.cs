using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>Who on this machine has a file open. A look through all of <c>/proc</c>: only after the proof of the end, never on the way to a signal.</summary>
internal static class LockFileHolders
{
    private const int LongestDescription = 100;

    /// <summary>Everybody who is alive and seen from here.</summary>
    /// <exception cref="IOException">They cannot be listed: nobody can tell who holds what.</exception>
    public static IEnumerable<ProcStat> LiveProcesses()
    {
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessReader.TryReadStat(pid, out ProcStat stat) && !ProcessReader.HasExited(stat))
            {
                yield return stat;
            }
        }
    }

    /// <summary>Those of the files that somebody is seen to have open, by whatever name, and by whom.</summary>
    public static Dictionary<(ulong Inode, ulong Device), string> Find(IEnumerable<LockFileMark> files, CancellationToken cancellationToken)
    {
        HashSet<(ulong Inode, ulong Device)> asked = [.. files.Select(KeyOf)];
        Dictionary<(ulong Inode, ulong Device), string> holders = [];
        foreach (ProcStat process in asked.Count == 0 ? [] : LiveProcesses())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string descriptor in OpenDescriptors.Of(process.Pid))
            {
                if (LockFileMark.TakeTarget(OpenDescriptors.PathOf(process.Pid, descriptor), out LockFileMark open) == 0 && asked.Contains(KeyOf(open)))
                {
                    holders.TryAdd(KeyOf(open), VisibleText.Of($"{process.Name} (PID {process.Pid})", LongestDescription));
                }
            }
        }

        return holders;
    }

    /// <summary>Who has that file open; null when nobody is seen to.</summary>
    public static string? Find(in LockFileMark file, CancellationToken cancellationToken) => Find([file], cancellationToken).GetValueOrDefault(KeyOf(file));

    public static (ulong Inode, ulong Device) KeyOf(LockFileMark file) => (file.Inode, file.Device);
}
