using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// Ports and named Unix sockets that a run had: who holds them after its end, and the files that nobody is bound to. A socket is known by the
/// kernel's number of it: another one at the same address is somebody else's, and the run's is free.
/// </summary>
internal sealed class SocketCleaner : IResourceWatcher
{
    private readonly TimeProvider _timeProvider;
    private readonly SharedLook<IReadOnlyList<BoundSocket>> _table;
    private readonly SharedLook<SocketHolders> _machine;
    private readonly RunSockets _living;

    public SocketCleaner(SocketCleanerOptions options, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _table = new SharedLook<IReadOnlyList<BoundSocket>>(timeProvider, ReadTable);
        _machine = new SharedLook<SocketHolders>(timeProvider, SocketHolders.Find);
        _living = new RunSockets(_table, _machine, timeProvider);
        Ceiling = options.Ceiling;
        LookInterval = options.LookInterval;
    }

    public string Name => CleanerNames.Sockets;

    public TimeSpan Ceiling { get; }

    public TimeSpan LookInterval { get; }

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        LookTime time = new(context, _timeProvider, cancellationToken);
        return ValueTask.FromResult<IReadOnlyList<RunResource>>(context.Moment switch
        {
            CleanupMoment.BeforeEnd or CleanupMoment.WhileRunning => _living.Look(context, time),
            CleanupMoment.AfterEnd => LookAtTheEnd(context, time),
            _ => [.. LookAfter(context, time)],
        });
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (Doubt.Of(resource) is null && SocketDetails.FileOf(resource) is { } path)
        {
            LookTime time = new(context, _timeProvider, cancellationToken);
            if (IsBound(resource, context, time))
            {
                throw new IOException($"{Who(resource, time)} has it");
            }

            // Rows and debts are what somebody wrote: what they say of it is not enough to remove it.
            SocketFile.Unlink(path, resource.Details, file => file.Born is not { } born || !RunTime.Holds(context.Run, born, _timeProvider.GetUtcNow()) ? "it was not made while the run was"
                : Listed(time).Any(socket => SocketFile.IsBoundTo(socket, file)) ? "somebody is bound to it"
                : null);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) => ValueTask.FromResult(
        IsBound(resource, context, new LookTime(context, _timeProvider, cancellationToken))
        || (IsAwaited(resource, context) && SocketDetails.FileOf(resource) is { } path && SocketFile.Exists(path, resource.Details)));

    // A debt for a file that is not provably the run's is one for the socket: nobody would ever remove it.
    private static bool IsAwaited(RunResource resource, CleanupContext context) => context.Moment != CleanupMoment.Retry || Doubt.Of(resource) is null;

    // A file that was made anew where the run's was is told in its place: who reads that the one is gone would take the other to be. Not where its socket lives on.
    private RunResource[] LookAtTheEnd(CleanupContext context, LookTime time)
    {
        RunResource[] told = [.. LookAfter(context, time)];
        RunResource[] suspects = [.. SocketSuspects.Find(context, _timeProvider.GetUtcNow(), () => Listed(time))
            .Where(suspect => !told.Any(known => known.Name == suspect.Name && IsBound(known, context, time)))];
        return [.. told.Where(known => !suspects.Any(suspect => suspect.Name == known.Name)), .. suspects];
    }

    private IEnumerable<RunResource> LookAfter(CleanupContext context, LookTime time)
    {
        foreach (RunResource known in (IEnumerable<RunResource>)[.. context.Known, .. CgroupSockets.Find(context, () => Listed(time))])
        {
            RunResource? told = known.Handling is ResourceHandling.Clean or ResourceHandling.Watch && IsBound(known, context, time)
                ? known with { Handling = ResourceHandling.Watch, Note = $"{Who(known, time)} has it" }
                : SocketDetails.FileOf(known) is { } path && MayBeThere(path, known) ? WithDoubt(known)
                : known.ToldWhenGone();
            if (told is not null)
            {
                yield return told;
            }
        }
    }

    private static RunResource WithDoubt(RunResource known) =>
        Doubt.Of(known) is { } doubt ? known with { Handling = ResourceHandling.Report, Note = doubt.ToString() } : known;

    // Of our own namespace the kernel's list tells. Of another one, which can't be asked when its processes are gone, the socket lives as long as somebody has it.
    private bool IsBound(RunResource resource, CleanupContext context, LookTime time) =>
        SocketDetails.InodeOf(resource) is { } inode
        && context.Run.Host.BootId == Machine.ThisBoot
        && (SocketDetails.SpaceOf(resource) == SocketHolders.NamespaceOf(BoundSockets.Self)
            ? Listed(time).Any(socket => socket.Inode == inode)
            : _machine.Since(time.Started, time)?.Of(inode).Count > 0);

    private IReadOnlyList<BoundSocket> Listed(LookTime time) => _table.Since(time.Started, time) ?? [];

    private static IReadOnlyList<BoundSocket>? ReadTable(LookTime time)
    {
        bool isCut = false;
        IReadOnlyList<BoundSocket> sockets = BoundSockets.Read(BoundSockets.Self, () => !(isCut = time.IsUp()));
        return isCut ? null : sockets;
    }

    private static bool MayBeThere(string path, RunResource known)
    {
        try
        {
            return SocketFile.Exists(path, known.Details);
        }
        catch (IOException)
        {
            // Who frees it is told why.
            return true;
        }
    }

    private string Who(RunResource resource, LookTime time) =>
        SocketDetails.InodeOf(resource) is { } inode && _machine.Since(time.Started, time)?.Of(inode) is { Count: > 0 } living
            ? ProcessKey.Describe(living)
            : "somebody who can't be seen from here";
}
