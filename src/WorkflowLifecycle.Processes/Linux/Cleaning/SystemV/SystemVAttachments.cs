using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning.SharedMemory;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>Who has which System V segment in memory: the kernel maps one as a file whose inode is its id.</summary>
internal static class SystemVAttachments
{
    private const string Prefix = "/SYSV";

    public static ILookup<int, ProcessKey> Find(CancellationToken cancellationToken)
    {
        List<(int Id, ProcessKey Process)> attached = [];
        foreach (ProcStat stat in ProcessTable.Read().Stats.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (MappedFile file in MappedFile.Of(stat.Pid) ?? [])
            {
                if (file.Path.StartsWith(Prefix, StringComparison.Ordinal))
                {
                    attached.Add((unchecked((int)file.Key.Inode), ProcessKey.Of(stat)));
                }
            }
        }

        return attached.Distinct().ToLookup(found => found.Id, found => found.Process);
    }
}
