using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>The file that a Unix socket leaves when nobody is bound to it any more.</summary>
internal static class SocketFile
{
    /// <summary>The file of a run's socket as it is seen from here; null where there is none, or another one has its name.</summary>
    /// <param name="socket">The socket, that a process of the run has.</param>
    /// <param name="findHolders">Finds all who have it. Asked last, as it takes the longest; null where that can't be told.</param>
    /// <param name="processes">The run's.</param>
    /// <param name="context">The look.</param>
    /// <param name="now">When that is.</param>
    /// <param name="doubt">Why it is not provably made by the run; null where it is.</param>
    public static BornFile? Find(
        in BoundSocket socket, Func<IReadOnlyCollection<ProcessKey>?> findHolders, RunProcesses processes, CleanupContext context, DateTimeOffset now, out Doubt? doubt)
    {
        doubt = null;
        if (!Path.IsPathFullyQualified(socket.Address) || !BornFile.TryTake(socket.Address, followLinks: false, out BornFile file) || !file.IsSocket)
        {
            return null;
        }

        if (SocketDiagnosis.FileOf(socket.Inode) is { } bound)
        {
            if (unchecked((uint)file.Key.Inode) != bound.Inode || (file.Key.Major, file.Key.Minor) != (bound.Major, bound.Minor))
            {
                return null;
            }

            doubt = WhyNot(file, findHolders, processes, context, now);
        }
        else
        {
            doubt = new Doubt("the kernel did not tell to which file it is bound", IsOpen: true);
        }

        return file;
    }

    /// <summary>Whether the very file that was noted is still there.</summary>
    /// <exception cref="IOException">That can't be told.</exception>
    public static bool Exists(string path, IReadOnlyDictionary<string, string> noted)
    {
        if (BornFile.TryTake(path, followLinks: false, out BornFile file))
        {
            return file.IsSocket && file.MayBeThat(noted);
        }

        return Marshal.GetLastPInvokeError() is var errno && errno is Errno.ENOENT or Errno.ENOTDIR
            ? false
            : throw new IOException($"{path}: {Errno.Describe(errno)}");
    }

    /// <summary>Takes the file away, by a descriptor of its directory. What another file under that name would cost is only what who may write there could do anyway.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    public static void Unlink(string path, IReadOnlyDictionary<string, string> noted)
    {
        using FileDescriptor directory = DescriptorReserve.Open(Path.GetDirectoryName(path)!, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        string name = Path.GetFileName(path);
        if (directory.IsInvalid || !BornFile.TryTake(directory, name, out BornFile file) || !file.IsSocket || !file.IsThat(noted))
        {
            return;
        }

        if (Libc.UnlinkAt(directory, name, 0) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.ENOENT)
        {
            throw new IOException($"{path}: {Errno.Describe(errno)}");
        }
    }

    private static Doubt? WhyNot(in BornFile file, Func<IReadOnlyCollection<ProcessKey>?> findHolders, RunProcesses processes, CleanupContext context, DateTimeOffset now)
    {
        if (file.Born is not { } born)
        {
            return new Doubt("nothing keeps when it was made");
        }

        if (!RunTime.Holds(context.Run, born, now))
        {
            return new Doubt("it was not made while the run was");
        }

        if (findHolders() is not { Count: > 0 } all)
        {
            return new Doubt("there was no time to see who else had it", IsOpen: true);
        }

        uint owner = file.OwnerId;
        return Outsiders.Judge(all, processes, context, "had it too")
            ?? (all.Any(holder => FileFacts.Of($"/proc/{holder.Pid}")?.OwnerId == owner) ? null : new Doubt("it belongs to another user than those of the run who have it"));
    }
}
