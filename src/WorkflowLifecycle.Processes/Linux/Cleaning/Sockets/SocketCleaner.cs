using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// Ports and named Unix sockets that a run had: who holds them after its end, and the files that nobody is bound to. A socket is known by the
/// kernel's number of it: another one at the same address is somebody else's, and the run's is free.
/// </summary>
internal sealed class SocketCleaner(SocketCleanerOptions options, TimeProvider timeProvider) : IResourceCleaner
{
    private const string SocketInode = "socket";
    private const string Namespace = "namespace";
    private const string FilePath = "path";
    private const int MostSockets = 200;
    private const int MostSuspects = 10;
    private const int MostEntries = 2000;

    private static readonly TimeSpan LookAge = TimeSpan.FromMilliseconds(250);

    private SocketLook? _last;

    public string Name => CleanerNames.Sockets;

    public TimeSpan Ceiling { get; } = options.Ceiling;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (context.Moment == CleanupMoment.BeforeEnd)
        {
            return ValueTask.FromResult<IReadOnlyList<RunResource>>([.. LookBefore(context, SocketHolders.Find(cancellationToken))]);
        }

        SocketLook look = Look(cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<RunResource>>([.. context.Known.Select(known => LookAfter(known, look)), .. Suspects(context)]);
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (resource.Details.GetValueOrDefault(FilePath) is { } path)
        {
            if (IsBoundNow(resource, cancellationToken))
            {
                throw new IOException($"{Who(resource, _last!.Holders)} has it");
            }

            SocketFile.Unlink(path, resource.Details);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(
        IsBoundNow(resource, cancellationToken) || (resource.Details.GetValueOrDefault(FilePath) is { } path && SocketFile.Exists(path, resource.Details)));

    private IEnumerable<RunResource> LookBefore(CleanupContext context, SocketHolders holders)
    {
        Dictionary<string, string> spaces = new(StringComparer.Ordinal);
        foreach (ProcessSnapshot process in context.Processes)
        {
            string pid = process.Pid.ToString(CultureInfo.InvariantCulture);
            if (SocketHolders.NamespaceOf(pid) is { } space)
            {
                spaces.TryAdd(space, pid);
            }
        }

        // Several sockets may share a port.
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string space, string pid) in spaces)
        {
            foreach (BoundSocket socket in SocketTable.Read(pid).Where(socket => holders.Of(socket.Inode).Any(holder => holder.IsAmong(context.Processes))).Take(MostSockets))
            {
                RunResource resource = Describe(socket, space, holders, context);
                yield return names.Add(resource.Name) ? resource : resource with { Name = string.Create(CultureInfo.InvariantCulture, $"{resource.Name} (socket {socket.Inode})") };
            }
        }
    }

    private RunResource Describe(in BoundSocket socket, string space, SocketHolders holders, CleanupContext context)
    {
        // A path means something only where we see the files that the program saw.
        BornFile? file = socket.HasPath && space == SocketHolders.NamespaceOf("self") ? SocketFile.FindOwn(socket, holders, context, timeProvider.GetUtcNow()) : null;
        Dictionary<string, string> details = file?.Details ?? new Dictionary<string, string>(StringComparer.Ordinal);
        details[SocketInode] = socket.Inode.ToString(CultureInfo.InvariantCulture);
        details[Namespace] = space;
        if (file is not null)
        {
            details[FilePath] = socket.Address;
        }

        return new RunResource
        {
            Cleaner = CleanerNames.Sockets,
            Name = socket.ToString(),
            Handling = file is null ? ResourceHandling.Watch : ResourceHandling.Clean,
            Note = $"{ProcessKey.Describe(holders.Of(socket.Inode))} had it",
            Details = details,
        };
    }

    private static RunResource LookAfter(RunResource known, SocketLook look) =>
        known.Handling is ResourceHandling.Clean or ResourceHandling.Watch && IsBound(known, look)
            ? known with { Handling = ResourceHandling.Watch, Note = $"{Who(known, look.Holders)} has it" }
            : known;

    // A socket that was gone a moment ago has not come back, so that one look serves for all that are gone; one that was there is looked at again.
    private bool IsBoundNow(RunResource resource, CancellationToken cancellationToken) =>
        (_last is not { } last || timeProvider.GetElapsedTime(last.TakenAt) > LookAge || IsBound(resource, last)) && IsBound(resource, Look(cancellationToken));

    private SocketLook Look(CancellationToken cancellationToken) => _last = SocketLook.Take(timeProvider, cancellationToken);

    // A socket lives as long as somebody has it, or it is on its way to somebody; the kernel's list knows both, but only for our own namespace.
    private static bool IsBound(RunResource resource, SocketLook look) =>
        InodeOf(resource) is { } inode && (look.Holders.Of(inode).Count > 0 || (look.Bound.Contains(inode) && resource.Details.GetValueOrDefault(Namespace) == SocketHolders.NamespaceOf("self")));

    private static string Who(RunResource resource, SocketHolders holders) =>
        InodeOf(resource) is { } inode && holders.Of(inode) is { Count: > 0 } living ? ProcessKey.Describe(living) : "somebody who can't be seen from here";

    private static ulong? InodeOf(RunResource resource) =>
        ulong.TryParse(resource.Details.GetValueOrDefault(SocketInode), NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode) ? inode : null;

    // Without a look before the end: files of sockets in the working directory itself that were made meanwhile and that nobody listens at.
    private IEnumerable<RunResource> Suspects(CleanupContext context)
    {
        if (context.Moment != CleanupMoment.AfterEnd || context.Known.Count > 0)
        {
            yield break;
        }

        HashSet<string> names = [.. SocketTable.Read("self").Where(socket => socket.HasPath).Select(socket => Path.GetFileName(socket.Address))];
        int told = 0;
        foreach (string path in Entries(context.Run.WorkingDirectory).Take(MostEntries))
        {
            if (BornFile.TryTake(path, followLinks: false, out BornFile file) && file.IsSocket && file.Born is { } born && RunTime.Holds(context.Run, born, timeProvider.GetUtcNow())
                && context.Run.HostUser == string.Create(CultureInfo.InvariantCulture, $"os:{file.OwnerId}") && !names.Contains(Path.GetFileName(path)) && told++ < MostSuspects)
            {
                yield return new RunResource
                {
                    Cleaner = CleanerNames.Sockets,
                    Name = $"{BoundSocket.Unix} {path}",
                    Handling = ResourceHandling.Report,
                    Note = "made while the run was, and nobody listens at it; nothing shows whose it is",
                    Details = file.Details,
                };
            }
        }
    }

    private static IEnumerable<string> Entries(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Take(MostEntries)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It was deleted with the run, or is not ours to look into.
            return [];
        }
    }
}
