using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Says who is in the sections of a run.</summary>
internal sealed class SectionReader(SectionFiles files, TimeProvider timeProvider)
{
    private const int MostSections = 100;
    private const int LongestName = 100;

    // Whoever shows it takes secrets out first and cuts it then: half a secret is not recognized as one.
    private const int LongestCommand = 4096;

    private static readonly TimeSpan HolderLimit = TimeSpan.FromMilliseconds(50);

    public IReadOnlyList<CriticalSection> Read(ContainmentRecord containment)
    {
        using FileDescriptor? directory = CriticalDirectory.Open(containment.RunDirectory);
        if (directory is null)
        {
            return [];
        }

        List<CriticalSection> sections = [];
        List<SectionFile> held = files.ReadHeld(directory);
        long started = timeProvider.GetTimestamp();
        foreach (SectionFile file in held)
        {
            string name = ReadName(directory, file);
            foreach (int taker in file.Takers.DefaultIfEmpty())
            {
                if (sections.Count == MostSections)
                {
                    return sections;
                }

                sections.Add(Describe(file, name, FindHolder(file, taker, containment, started)));
            }
        }

        return sections;
    }

    private static string ReadName(FileDescriptor directory, SectionFile file)
    {
        if (file.Look.Size == 0)
        {
            return string.Empty;
        }

        Span<byte> buffer = stackalloc byte[4 * LongestName];
        using FileDescriptor? content = UntrustedFile.Open(directory, file.Name);
        return VisibleText.Of(UntrustedFile.ReadStart(content, buffer), LongestName);
    }

    private static CriticalSection Describe(SectionFile file, string name, int? holder)
    {
        ulong start = holder is { } pid && ProcessReader.TryReadStat(pid, out ProcStat stat) ? stat.StartTicks : 0;
        string command = name.Length == 0 && start != 0 ? VisibleText.Of(HolderCommand.Of(ProcessReader.ReadCommandLine(holder!.Value)), LongestCommand) : name;
        return new CriticalSection { Kind = file.Kind, Name = command, Pid = start == 0 ? null : holder, StartTicks = start };
    }

    // Who took a lock need not hold it any more: `flock -s 9` exits, and the shell that opened descriptor 9 holds on. Its number may be
    // somebody else's by now.
    private int? FindHolder(SectionFile file, int taker, ContainmentRecord containment, long started)
    {
        if (taker == Environment.ProcessId || (taker > 0 && Holds(taker, file, started)))
        {
            return taker;
        }

        using RunCgroup? cgroup = containment.CgroupPath is { } path ? RunCgroup.Open(path, containment.CgroupInode, out _) : null;
        List<int> pids = [];
        cgroup?.AddProcesses(pids);
        int found = pids.TakeWhile(_ => !IsOver(started)).FirstOrDefault(pid => Holds(pid, file, started));
        return found == 0 ? null : found;
    }

    private bool Holds(int pid, SectionFile file, long started) => OpenDescriptors.Of(pid)
        .TakeWhile(_ => !IsOver(started))
        .Any(descriptor => FileLook.TryTake(OpenDescriptors.PathOf(pid, descriptor), followLinks: true, out FileLook look) && look.IsSameFile(file.Look)
            && LockTable.Of(pid, descriptor).Exists(held => held.Kind == KernelLockKind.Flock));

    private bool IsOver(long started) => timeProvider.GetElapsedTime(started) > HolderLimit;
}
