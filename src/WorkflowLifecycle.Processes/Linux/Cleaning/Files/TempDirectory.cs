using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Makes the temp directory of a run.</summary>
internal static class TempDirectory
{
    private const string Prefix = "wfl-";
    private const uint Private = 0x1C0;
    private const uint Shared = 0x3FF;
    private const uint Sticky = 0x200;
    private const uint WritableByOthers = 0x12;

    public static string NameOf(RunRecord run) => Prefix + run.InternalId;

    /// <summary>Makes it, where nobody else can have put anything in its place or can take it away.</summary>
    /// <param name="path">Without links.</param>
    /// <param name="configured">How the directory above is called in the settings.</param>
    /// <param name="isShared">Whether other users may write in it.</param>
    /// <exception cref="IOException">It cannot be made, or not safely.</exception>
    public static void Make(string path, string configured, bool isShared)
    {
        using FileDescriptor above = DescriptorReserve.Open(Path.GetDirectoryName(path)!, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (above.IsInvalid || EntryFacts.Read(above, out EntryFacts facts) != 0)
        {
            throw Refuse(configured, "cannot be opened");
        }

        if ((facts.Permissions & WritableByOthers) != 0 && (facts.Permissions & Sticky) == 0)
        {
            throw Refuse(configured, "may be written by others and has no sticky bit, so that they could put theirs in place of ours");
        }

        if (facts.OwnerId != 0 && facts.OwnerId != Libc.EffectiveUserId())
        {
            throw Refuse(configured, $"belongs to another user ({facts.OwnerId})");
        }

        byte[] name = [.. Encoding.UTF8.GetBytes(Path.GetFileName(path)), 0];
        int errno = DirectoryCalls.MakeDirectory(above, name, Private);
        if (errno != 0)
        {
            throw new IOException($"mkdir {path}: {Errno.Describe(errno)}");
        }

        using FileDescriptor made = DirectoryCalls.Open(above, name, Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenNoFollow, out errno);

        // Whatever the mask of the process took away is given, and no more.
        errno = errno == 0 ? DirectoryCalls.ChangeMode(made, isShared ? Shared : Private) : errno;
        if (errno != 0)
        {
            _ = DirectoryCalls.Unlink(above, name, DirectoryCalls.RemoveDirectory);
            throw new IOException($"chmod {path}: {Errno.Describe(errno)}");
        }
    }

    public static IOException Refuse(string directory, string what) =>
        new($"The directory for temp directories, {directory}, {what}. Set TempCleanerOptions.Directory, or TMPDIR, to one of your own.");
}
