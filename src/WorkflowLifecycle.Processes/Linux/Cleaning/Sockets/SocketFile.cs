using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;

/// <summary>The file that a Unix socket leaves when nobody is bound to it any more.</summary>
internal static class SocketFile
{
    /// <summary>The file of a run's socket as it is seen from here; null where there is none, or another one has its name.</summary>
    /// <param name="socket">The socket, that a process of the run has.</param>
    /// <param name="proof">What shows whose it is.</param>
    /// <param name="doubt">Why it is not provably made by the run; null where it is.</param>
    public static BornFile? Find(in BoundSocket socket, SocketProof proof, out Doubt? doubt)
    {
        doubt = null;
        if (!Path.IsPathFullyQualified(socket.Address) || !BornFile.TryTake(socket.Address, followLinks: false, out BornFile file) || !file.IsSocket)
        {
            return null;
        }

        if (SocketDiagnosis.FileOf(socket.Inode) is { } bound)
        {
            if (!IsThat(file, bound))
            {
                return null;
            }

            doubt = proof.WhyNot(socket, file);
        }
        else
        {
            doubt = new Doubt("the kernel did not tell to which file it is bound", IsOpen: true);
        }

        return file;
    }

    /// <summary>Whether a socket is bound to that very file, as far as the kernel tells.</summary>
    public static bool IsBoundTo(in BoundSocket socket, BornFile file) =>
        socket.HasPath && SocketDiagnosis.FileOf(socket.Inode) is { } bound && IsThat(file, bound);

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
    /// <param name="path">Where it is.</param>
    /// <param name="noted">Which one is meant.</param>
    /// <param name="whyNot">Why it may not be, in words; null where it may.</param>
    /// <exception cref="IOException">It can't be removed, or may not be.</exception>
    public static void Unlink(string path, IReadOnlyDictionary<string, string> noted, Func<BornFile, string?> whyNot)
    {
        using FileDescriptor directory = DescriptorReserve.Open(Path.GetDirectoryName(path)!, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);
        string name = Path.GetFileName(path);
        if (directory.IsInvalid || !BornFile.TryTake(directory, name, out BornFile file) || !file.IsSocket || !file.IsThat(noted))
        {
            return;
        }

        if (whyNot(file) is { } problem)
        {
            throw new IOException($"{path}: {problem}");
        }

        if (Libc.UnlinkAt(directory, name, 0) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.ENOENT)
        {
            throw new IOException($"{path}: {Errno.Describe(errno)}");
        }
    }

    private static bool IsThat(in BornFile file, (uint Inode, uint Major, uint Minor) bound) =>
        (unchecked((uint)file.Key.Inode), file.Key.Major, file.Key.Minor) == bound;
}
