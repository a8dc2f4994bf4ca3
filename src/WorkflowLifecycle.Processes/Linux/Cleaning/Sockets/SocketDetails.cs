using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>What is kept of a socket in rows and debts: its number, the namespace in which that counts, and the file that it was bound to.</summary>
internal static class SocketDetails
{
    private const string SocketInode = "socket";
    private const string Namespace = "namespace";
    private const string FilePath = "path";

    public static Dictionary<string, string> Of(in BoundSocket socket, string space, BornFile? file, Doubt? doubt = null)
    {
        Dictionary<string, string> details = file?.Details ?? new Dictionary<string, string>(StringComparer.Ordinal);
        details[SocketInode] = socket.Inode.ToString(CultureInfo.InvariantCulture);
        details[Namespace] = space;
        if (file is not null)
        {
            details[FilePath] = socket.Address;
            doubt?.AddTo(details);
        }

        return details;
    }

    /// <summary>Gives a resource a name that none of the others has: several sockets may share a port.</summary>
    public static RunResource Name(in BoundSocket socket, HashSet<string> names, RunResource resource) =>
        names.Add(resource.Name) ? resource : resource with { Name = string.Create(CultureInfo.InvariantCulture, $"{resource.Name} (socket {socket.Inode})") };

    public static RunResource? Find(IEnumerable<RunResource> known, ulong inode, string space) =>
        known.FirstOrDefault(resource => InodeOf(resource) == inode && SpaceOf(resource) == space);

    public static ulong? InodeOf(RunResource resource) =>
        ulong.TryParse(resource.Details.GetValueOrDefault(SocketInode), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null;

    public static string? SpaceOf(RunResource resource) => resource.Details.GetValueOrDefault(Namespace);

    /// <summary>The file that is removed once nobody is bound to it, or told where it is in doubt; null where there is none.</summary>
    public static string? FileOf(RunResource resource) => resource.Details.GetValueOrDefault(FilePath);
}
