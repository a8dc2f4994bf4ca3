using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>
/// What has to come together before the file of a Unix socket is the run's: it was born while the run was, a process of the run listened at it, nobody else has
/// the socket, and it belongs to the user as whom they run. Who has a socket says nothing by itself: it may have been given to them.
/// </summary>
internal sealed class SocketProof(
    SocketHolders own, RunProcesses processes, SharedLook<SocketHolders> machine, CleanupContext context, LookTime time, TimeProvider timeProvider)
{
    // From when on the machine's processes have to be looked at: what the run has was seen by then.
    private readonly long _seen = timeProvider.GetTimestamp();

    /// <summary>Why it is not proven; null when it is. The look at the machine comes last, as it takes the longest.</summary>
    public Doubt? WhyNot(BoundSocket socket, in BornFile file)
    {
        if (file.Born is not { } born)
        {
            return new Doubt("nothing keeps when it was made");
        }

        return !RunTime.Holds(context.Run, born, timeProvider.GetUtcNow()) ? new Doubt("it was not made while the run was")
            : socket.TakesDatagrams ? new Doubt("it takes datagrams, and nothing keeps who made such a socket")
            : WhyNotListenedAt(socket, born) ?? WhyNotAlone(socket, file.OwnerId);
    }

    private static Doubt Untold(int errno) => new($"the kernel does not tell us who listened at it: {Errno.Describe(errno)}", IsOpen: true);

    private Doubt? WhyNotListenedAt(BoundSocket socket, DateTimeOffset born)
    {
        Doubt doubt = new("nobody of the run has it any more", IsOpen: true);
        foreach ((ProcessKey holder, int descriptor) in own.DescriptorsOf(socket.Inode))
        {
            if (time.IsUp())
            {
                return new Doubt("there was no time to see who listened at it", IsOpen: true);
            }

            using SocketListener? listener = SocketListener.Ask(holder.Pid, descriptor, socket.Inode, out int errno);
            if (listener is not null)
            {
                return Judge(listener, born);
            }

            if (errno != 0)
            {
                doubt = Untold(errno);
            }
        }

        return doubt;
    }

    private Doubt? Judge(SocketListener listener, DateTimeOffset born)
    {
        if (!listener.IsThere)
        {
            return new Doubt("nobody listened at it yet", IsOpen: true);
        }

        if (listener.Pid == 0)
        {
            return new Doubt("who listened at it can't be seen from here", IsOpen: true);
        }

        if (listener.Refusal is Errno.EMFILE or Errno.ENFILE)
        {
            return Untold(listener.Refusal);
        }

        if (!listener.TryIdentify(out ProcessKey? process))
        {
            return new Doubt("who listened at it is gone");
        }

        // Nobody listens before the file is made: who had begun by then and has that number still is who listened.
        return listener.IsNumberOnly && !RunTime.HadBegun(process.Value.StartTicks, born, timeProvider)
            ? new Doubt($"another process may have been PID {process.Value.Pid} when it was made")
            : processes.Has(process.Value) ? null
            : Outsiders.Judge([process.Value], processes, context, "listened at it") ?? new Doubt($"{process.Value} listened at it, whom no look saw as a process of the run", IsOpen: true);
    }

    private Doubt? WhyNotAlone(BoundSocket socket, uint owner)
    {
        if (machine.Seeing(look => look.Of(socket.Inode).Any(processes.Has), _seen, time)?.Of(socket.Inode) is not { Count: > 0 } all)
        {
            return new Doubt("there was no time to see who else had it", IsOpen: true);
        }

        return Outsiders.Judge(all, processes, context, "had it too")
            ?? (all.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == owner) ? null : new Doubt("it belongs to another user than those of the run who have it"));
    }
}
