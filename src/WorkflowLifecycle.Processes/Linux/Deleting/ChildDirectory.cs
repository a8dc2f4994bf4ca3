using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>Opens a directory in a directory: no link, no mount point, no other device.</summary>
internal static class ChildDirectory
{
    public const string MountPoint = "is a mount point: unmount it, nothing in it was touched";

    private static readonly int _read = Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenNonBlocking;
    private static readonly int _pin = Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenNoFollow;

    private static bool _isMissing;

    /// <summary>Opens it for reading. Null with the errno, or with the reason why it is left alone.</summary>
    public static FileDescriptor? Open(in EntryFacts parent, FileDescriptor directory, ReadOnlySpan<byte> name, bool withKernelChecks, out EntryFacts facts, out int errno, out string? why) =>
        Open(parent, directory, name, _read, withKernelChecks, out facts, out errno, out why);

    /// <summary>Opens it by path only, which needs no permission of its own.</summary>
    public static FileDescriptor? Pin(in EntryFacts parent, FileDescriptor directory, ReadOnlySpan<byte> name, bool withKernelChecks, out EntryFacts facts, out int errno, out string? why) =>
        Open(parent, directory, name, _pin, withKernelChecks, out facts, out errno, out why);

    private static FileDescriptor? Open(
        in EntryFacts parent, FileDescriptor directory, ReadOnlySpan<byte> name, int flags, bool withKernelChecks, out EntryFacts facts, out int errno, out string? why)
    {
        why = null;
        facts = default;
        FileDescriptor child = OpenDescriptor(directory, name, flags, withKernelChecks, out errno);
        if (errno == 0)
        {
            errno = EntryFacts.Read(child, out facts);
            why = errno != 0 ? null
                : facts.MountId == 0 || parent.MountId == 0 ? "cannot be told from a mount point: mount procfs, or use Linux 5.8 or later"
                : facts.MountId != parent.MountId ? MountPoint
                : facts.Device != parent.Device ? "is of another file system or volume, nothing in it was touched"
                : null;
        }
        else if (errno == Errno.EXDEV)
        {
            why = MountPoint;
        }

        if (errno == 0 && why is null)
        {
            return child;
        }

        child.Dispose();
        return null;
    }

    private static FileDescriptor OpenDescriptor(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, bool withKernelChecks, out int errno)
    {
        if (withKernelChecks && !_isMissing)
        {
            FileDescriptor child = DirectoryCalls.OpenBeneath(directory, name, flags, out errno);

            // A sandbox that does not know the call answers EPERM, which opening a directory does not.
            if (errno is not (Errno.ENOSYS or Errno.EPERM))
            {
                return child;
            }

            child.Dispose();
            _isMissing = true;
        }

        return DirectoryCalls.Open(directory, name, flags, out errno);
    }
}
