using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>
/// A directory and the one that it is in, each opened by itself from <c>/</c> on: no symbolic link anywhere in the path was followed, and none that is
/// put there later will be.
/// </summary>
internal sealed class PinnedDirectory : IDisposable
{
    private readonly byte[] _name;

    private PinnedDirectory(string path, FileDescriptor parent, byte[] name, FileDescriptor self, in EntryFacts parentFacts, in EntryFacts facts)
    {
        Path = path;
        Parent = parent;
        _name = name;
        Self = self;
        ParentFacts = parentFacts;
        Facts = facts;
    }

    public string Path { get; }

    /// <summary>Opened by path only.</summary>
    public FileDescriptor Parent { get; }

    /// <summary>Opened by path only.</summary>
    public FileDescriptor Self { get; }

    public EntryFacts ParentFacts { get; }

    public EntryFacts Facts { get; }

    /// <summary>Its name in <see cref="Parent"/>, with a NUL.</summary>
    public ReadOnlySpan<byte> Name => _name;

    /// <summary>True when something is mounted on it.</summary>
    public bool IsMountPoint => Facts.Device != ParentFacts.Device || Facts.MountId != ParentFacts.MountId;

    /// <summary>Opens it; null when there is no directory of that path.</summary>
    /// <exception cref="IOException">It cannot be looked at, or a symbolic link is in the path.</exception>
    /// <exception cref="ArgumentException">The path is not the plain absolute path of a directory below <c>/</c>; the message says what it is.</exception>
    public static PinnedDirectory? Open(string path)
    {
        if (PlainPath.WhyNot(path) is { } why)
        {
            throw new ArgumentException(why, nameof(path));
        }

        string[] components = path[1..].Split('/');
        FileDescriptor parent = Pin(FileDescriptorOfRoot(), "/", path)!;
        for (int i = 0; i < components.Length; i++)
        {
            byte[] name = [.. Encoding.UTF8.GetBytes(components[i]), 0];
            FileDescriptor? next;
            try
            {
                next = OpenComponent(parent, name, "/" + string.Join('/', components[..(i + 1)]), path);
            }
            catch
            {
                parent.Dispose();
                throw;
            }

            if (next is null)
            {
                parent.Dispose();
                return null;
            }

            if (i == components.Length - 1)
            {
                return Complete(path, parent, name, next);
            }

            parent.Dispose();
            parent = next;
        }

        throw new ArgumentException("The path names nothing.", nameof(path));
    }

    public void Dispose()
    {
        Self.Dispose();
        Parent.Dispose();
    }

    private static PinnedDirectory Complete(string path, FileDescriptor parent, byte[] name, FileDescriptor self)
    {
        int errno = EntryFacts.Read(parent, out EntryFacts parentFacts);
        EntryFacts facts = default;
        errno = errno == 0 ? EntryFacts.Read(self, out facts) : errno;
        if (errno == 0)
        {
            return new PinnedDirectory(path, parent, name, self, parentFacts, facts);
        }

        self.Dispose();
        parent.Dispose();
        throw new IOException($"{path}: {Errno.Describe(errno)}");
    }

    private static FileDescriptor FileDescriptorOfRoot() => DescriptorReserve.Open("/", Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec);

    private static FileDescriptor Pin(FileDescriptor descriptor, string component, string path) =>
        descriptor.IsInvalid ? throw new IOException($"{path}: {component} cannot be opened.") : descriptor;

    private static FileDescriptor? OpenComponent(FileDescriptor parent, byte[] name, string component, string path)
    {
        int errno;
        FileDescriptor next;
        do
        {
            next = DirectoryCalls.Open(parent, name, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenNoFollow, out errno);
        }
        while (DescriptorReserve.Release(errno));

        if (errno == 0)
        {
            return next;
        }

        // With O_PATH and O_DIRECTORY a link answers that it is no directory.
        if (errno is Errno.ELOOP or Errno.ENOTDIR && EntryFacts.Read(parent, name, out EntryFacts facts) == 0 && facts.IsSymbolicLink)
        {
            throw new IOException($"{path}: {component} is a symbolic link, and none is followed. Name the directory that it leads to.");
        }

        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new IOException($"{path}: {component}: {Errno.Describe(errno)}");
    }
}
