namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>Which sockets there are, and who has them, at an instant.</summary>
/// <param name="Bound">Those of our own network namespace that can be reached.</param>
/// <param name="Holders">Who has which, wherever.</param>
/// <param name="TakenAt">When, by the clock's timestamp.</param>
internal sealed record SocketLook(IReadOnlySet<ulong> Bound, SocketHolders Holders, long TakenAt)
{
    public static SocketLook Take(TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        return new SocketLook(SocketTable.Read("self").Select(socket => socket.Inode).ToHashSet(), SocketHolders.Find(cancellationToken), started);
    }
}
