using System.Runtime.InteropServices;
using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Cgroups;

/// <summary>
/// The cgroup of one run, held by a directory descriptor: whatever is later put under its name, we act on the very cgroup that was
/// opened, and it was opened only because its inode matched.
/// </summary>
internal sealed class RunCgroup : IDisposable
{
    private const string Prefix = "wfl-";

    private readonly FileDescriptor _directory;

    private RunCgroup(string path, ulong inode, FileDescriptor directory)
    {
        Path = path;
        Inode = inode;
        _directory = directory;
    }

    public string Path { get; }

    public ulong Inode { get; }

    public FileDescriptor Directory => _directory;

    /// <summary>Makes the cgroup of a run below a root.</summary>
    /// <exception cref="IOException">It cannot be made (HResult is the errno), or cannot be ended at once (no <c>cgroup.kill</c>: kernels before 5.14).</exception>
    public static RunCgroup Create(string root, string internalId)
    {
        string path = PathOf(root, internalId);
        if (Libc.MakeDirectory(path, 0x1ED) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new IOException($"mkdir {path}: {Errno.Describe(errno)}", errno);
        }

        RunCgroup? cgroup = FileFacts.Of(path) is { } facts ? Open(path, facts.Inode, out _) : null;
        if (cgroup is not null && File.Exists(System.IO.Path.Combine(path, "cgroup.kill")))
        {
            return cgroup;
        }

        cgroup?.Dispose();
        _ = Libc.RemoveDirectory(path);
        throw new IOException($"{path} has no cgroup.kill (an ordinary directory, or a kernel older than 5.14).");
    }

    /// <summary>Whether a path can be that of a run's cgroup.</summary>
    public static bool IsOf(string path, string internalId) => System.IO.Path.GetFileName(path) == NameOf(internalId);

    /// <summary>Where the cgroup of a run is, or will be.</summary>
    public static string PathOf(string root, string internalId) => System.IO.Path.Combine(root, NameOf(internalId));

    /// <summary>The name of a run's cgroup below its root.</summary>
    public static string NameOf(string internalId) => Prefix + internalId;

    /// <summary>Opens the cgroup of that inode.</summary>
    /// <param name="path">Where it was made.</param>
    /// <param name="inode">Its inode.</param>
    /// <param name="isGone">
    /// True when it was removed, which proves that no process is in it: only empty cgroups can be removed. False when it is there or when
    /// that cannot be told, as in a mount namespace that does not show the hierarchy.
    /// </param>
    /// <returns>Null when it is gone, or cannot be opened.</returns>
    public static RunCgroup? Open(string path, ulong inode, out bool isGone)
    {
        FileDescriptor directory = DescriptorReserve.Open(path, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (directory.IsInvalid)
        {
            isGone = Marshal.GetLastPInvokeError() == Errno.ENOENT && CgroupFileSystem.Holds(System.IO.Path.GetDirectoryName(path)!);
            directory.Dispose();
            return null;
        }

        // Looked at through the descriptor, so that nobody can put another directory in between.
        FileFacts? facts = FileFacts.Of($"/proc/self/fd/{directory.Number}", followLinks: true);
        isGone = facts is not null && facts.Inode != inode && CgroupFileSystem.Holds(path);
        if (facts?.Inode == inode)
        {
            return new RunCgroup(path, inode, directory);
        }

        directory.Dispose();
        return null;
    }

    /// <summary>Whether a process is in the cgroup or below; null when it cannot be told. A removed cgroup is unpopulated.</summary>
    public bool? IsPopulated()
    {
        using FileDescriptor file = DescriptorReserve.OpenAt(_directory, "cgroup.events", Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? false : null;
        }

        Span<byte> buffer = stackalloc byte[256];
        int length = SmallFile.ReadAll(file, buffer);
        ReadOnlySpan<byte> text = buffer[..Math.Max(length, 0)];
        return text.IndexOf("populated 0"u8) >= 0 ? false : text.IndexOf("populated 1"u8) >= 0 ? true : null;
    }

    /// <summary>Reads the beginning of one of its files; null when there is no such file, or it cannot be read.</summary>
    public string? ReadText(string name)
    {
        using FileDescriptor file = DescriptorReserve.OpenAt(_directory, name, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            return null;
        }

        byte[] buffer = new byte[4096];
        int length = SmallFile.ReadAll(file, buffer);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>Ends every process in the cgroup and below; 0 or the errno. ENOENT (removed) counts as done.</summary>
    public unsafe int Kill()
    {
        using FileDescriptor file = DescriptorReserve.OpenAt(_directory, "cgroup.kill", Libc.OpenWriteOnly | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Errno.ENOENT ? 0 : errno;
        }

        byte one = (byte)'1';
        return Libc.Write(file, &one, 1) == 1 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Adds the processes of the cgroup, and of cgroups that the tree made below it.</summary>
    public void AddProcesses(List<int> pids)
    {
        ReadProcesses(Path, pids);
        foreach (string nested in Nested())
        {
            ReadProcesses(nested, pids);
        }
    }

    /// <summary>Removes the cgroup and what the tree made below it. Only directories are removed, and only empty ones can be.</summary>
    /// <returns>Null when it is gone; else why not.</returns>
    public string? Remove()
    {
        foreach (string nested in Nested().OrderByDescending(path => path.Length))
        {
            _ = Libc.RemoveDirectory(nested);
        }

        if (Libc.RemoveDirectory(Path) == 0)
        {
            return null;
        }

        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ENOENT ? null : Errno.Describe(errno);
    }

    public void Dispose() => _directory.Dispose();

    // Unreadable when it was removed meanwhile, or is a threaded cgroup, which lists its processes in the domain above.
    private static void ReadProcesses(string path, List<int> pids) =>
        ProcessReader.ParseNumbers(SmallFile.ReadText(System.IO.Path.Combine(path, "cgroup.procs")), pids);

    private string[] Nested()
    {
        try
        {
            return System.IO.Directory.GetDirectories(Path, "*", SearchOption.AllDirectories);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
