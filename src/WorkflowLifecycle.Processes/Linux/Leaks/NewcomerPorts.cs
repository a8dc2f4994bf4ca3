using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>Where processes can be reached that came since a run began and that are in none.</summary>
[SupportedOSPlatform("linux")]
internal static class NewcomerPorts
{
    private const int MostProcesses = 200;

    /// <summary>Each port and abstract socket with who has it. Files of sockets are compared as files: every .NET process has one.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyList<Newcomer> newcomers, ProcessTable table, LiveRuns live)
    {
        Dictionary<ulong, Newcomer> holders = [];
        foreach (Newcomer newcomer in newcomers.Take(MostProcesses))
        {
            foreach (ulong inode in OpenDescriptors.Of(newcomer.Key.Pid).Select(descriptor => SocketHolders.InodeOf(newcomer.Key.Pid, descriptor)).OfType<ulong>())
            {
                holders.TryAdd(inode, newcomer);
            }
        }

        return holders.Count == 0 ? [] :
        [
            .. BoundSockets.ReadOwn().Where(socket => !socket.HasPath && holders.ContainsKey(socket.Inode))
                .Where(socket => live.HolderOf(holders[socket.Inode].Key.Pid, table) is null)
                .Select(socket => $"{socket} by {holders[socket.Inode].Key}").Order(StringComparer.Ordinal),
        ];
    }
}
