using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>What sockets a run has while its processes are there. The rest of the machine is asked only for a socket file that was not known yet.</summary>
internal sealed class RunSockets(SharedLook<IReadOnlyList<BoundSocket>> table, SharedLook<SocketHolders> machine, TimeProvider timeProvider)
{
    private const int MostSockets = 200;

    private static readonly TimeSpan TableAge = TimeSpan.FromMilliseconds(250);

    public IReadOnlyList<RunResource> Look(CleanupContext context, LookTime time)
    {
        RunProcesses processes = RunMembers.Listed(context);
        SocketHolders own = SocketHolders.Of(processes, time);
        SocketProof proof = new(own, processes, machine, context, time, timeProvider);
        List<(BoundSocket Socket, string Space, RunResource? Known)> found = [];
        foreach ((string space, string pid) in SpacesOf(own))
        {
            found.AddRange(Table(space, pid, context, time).Where(socket => !socket.IsConnected && own.Of(socket.Inode).Count > 0).Take(MostSockets)
                .Select(socket => (socket, space, SocketDetails.Find(context.Known, socket.Inode, space))));
        }

        // Several sockets may share a port.
        HashSet<string> names = [.. found.Select(socket => socket.Known?.Name).OfType<string>()];
        List<RunResource> told = [];
        foreach ((BoundSocket socket, string space, RunResource? known) in found)
        {
            RunResource resource = known is null ? SocketDetails.Name(socket, names, Describe(socket, space, own, proof))
                : Doubt.Of(known) is { IsOpen: true } ? Describe(socket, space, own, proof) with { Name = known.Name }
                : known;
            told.Add(resource.Seen(context));
        }

        return told;
    }

    private static Dictionary<string, string> SpacesOf(SocketHolders own)
    {
        Dictionary<string, string> spaces = new(StringComparer.Ordinal);
        foreach (ProcessKey process in own.Processes.OrderBy(process => process.Pid))
        {
            string pid = process.Pid.ToString(CultureInfo.InvariantCulture);
            if (SocketHolders.NamespaceOf(pid) is { } space)
            {
                spaces.TryAdd(space, pid);
            }
        }

        return spaces;
    }

    private IReadOnlyList<BoundSocket> Table(string space, string pid, CleanupContext context, LookTime time) =>
        (space != SocketHolders.NamespaceOf(BoundSockets.Self) ? BoundSockets.Read(pid, () => !time.IsUp())
            : context.Moment == CleanupMoment.WhileRunning ? table.NotOlderThan(TableAge, time)
            : table.Since(time.Started, time)) ?? [];

    private static RunResource Describe(in BoundSocket socket, string space, SocketHolders own, SocketProof proof)
    {
        // A path means something only where we see the files that the program saw.
        Doubt? doubt = null;
        BornFile? file = socket.HasPath && space == SocketHolders.NamespaceOf(BoundSockets.Self) ? SocketFile.Find(socket, proof, out doubt) : null;
        return new RunResource
        {
            Cleaner = CleanerNames.Sockets,
            Name = socket.ToString(),
            Handling = file is null || doubt is not null ? ResourceHandling.Watch : ResourceHandling.Clean,
            Note = $"{ProcessKey.Describe(own.Of(socket.Inode))} had it",
            Details = SocketDetails.Of(socket, space, file, doubt),
        };
    }
}
