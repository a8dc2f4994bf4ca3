using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// Ports that outlive a run, by the cgroup in which they were made: the kernel keeps it for each TCP and UDP socket, wherever its descriptor goes. An id of a
/// cgroup is not given twice within a boot, so that one of the run's own cgroup is a proof, without any look before the end. Our own network namespace alone.
/// </summary>
internal static class CgroupSockets
{
    /// <summary>Those that no look saw.</summary>
    /// <param name="context">The end.</param>
    /// <param name="read">Reads the sockets of our own namespace; not asked for a run without a cgroup.</param>
    public static IReadOnlyList<RunResource> Find(CleanupContext context, Func<IEnumerable<BoundSocket>> read)
    {
        HashSet<ulong> cgroups = CgroupsOf(context.Run);
        if (cgroups.Count == 0 || SocketHolders.NamespaceOf(BoundSockets.Self) is not { } space)
        {
            return [];
        }

        HashSet<string> names = [.. context.Known.Select(known => known.Name)];
        List<RunResource> found = [];
        foreach (BoundSocket socket in read())
        {
            if (socket is { IsConnected: false, Cgroup: { } cgroup } && cgroups.Contains(cgroup) && SocketDetails.Find(context.Known, socket.Inode, space) is null)
            {
                found.Add(SocketDetails.Name(socket, names, new RunResource
                {
                    Cleaner = CleanerNames.Sockets,
                    Name = socket.ToString(),
                    Handling = ResourceHandling.Watch,
                    Details = SocketDetails.Of(socket, space, file: null),
                }));
            }
        }

        return found;
    }

    // What the tree made below its cgroup counts, as far as it is still there.
    private static HashSet<ulong> CgroupsOf(RunRecord run)
    {
        if (run.Containment is not { CgroupPath: { } path } containment || run.Host.BootId != Machine.ThisBoot)
        {
            return [];
        }

        HashSet<ulong> ids = [containment.CgroupInode];
        using RunCgroup? cgroup = RunCgroup.Open(path, containment.CgroupInode, out _);
        if (cgroup is not null)
        {
            ids.UnionWith(Below(path).Select(nested => FileFacts.Of(nested)?.Inode).OfType<ulong>());
        }

        return ids;
    }

    private static string[] Below(string path)
    {
        try
        {
            return Directory.GetDirectories(path, "*", SearchOption.AllDirectories);
        }
        catch (IOException)
        {
            // Removed meanwhile: what was made there can't be told any more.
            return [];
        }
    }
}
