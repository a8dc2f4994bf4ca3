using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>The directory below which each run has its own.</summary>
internal static class RuntimeRoot
{
    public const string EnvironmentVariable = "WORKFLOW_LIFECYCLE_RUNTIME_DIR";

    // sockaddr_un has 108 bytes with the final NUL; "/r/", 32 digits and "/notify" take 42 of them.
    private const int LongestRoot = 107 - 42;

    /// <summary>The root by option, environment or user. Not created.</summary>
    public static string Resolve(string? configured, LocalUser user)
    {
        string? chosen = configured ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (!string.IsNullOrEmpty(chosen))
        {
            return Path.GetFullPath(chosen);
        }

        if (user.IsPrivileged)
        {
            return "/run/workflow-lifecycle";
        }

        string? perUser = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(perUser) && Directory.Exists(perUser)
            ? Path.Combine(perUser, "workflow-lifecycle")
            : $"/tmp/workflow-lifecycle-{user.Id}";
    }

    /// <summary>Makes the root and the directory of runs in it, and refuses what another user could have laid out for us.</summary>
    /// <returns>The directory of runs.</returns>
    /// <exception cref="LaunchFailedException">It cannot be made, or is not ours alone.</exception>
    public static string Prepare(string root, LocalUser user)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(root) > LongestRoot)
        {
            throw Refuse(root, $"is too long for the sockets in it (at most {LongestRoot} bytes)");
        }

        string runs = Path.Combine(root, "r");
        MakePrivate(root, 0x1ED, user);
        MakePrivate(runs, 0x1C0, user);
        return runs;
    }

    private static void MakePrivate(string path, uint mode, LocalUser user)
    {
        if (Path.GetDirectoryName(path) is { } parent && !Directory.Exists(parent))
        {
            Directory.CreateDirectory(parent);
        }

        if (Libc.MakeDirectory(path, mode) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EEXIST)
        {
            throw Refuse(path, "cannot be made: " + Errno.Describe(errno));
        }

        FileFacts? facts = FileFacts.Of(path);
        if (facts is null || !facts.IsDirectory)
        {
            throw Refuse(path, "is not a directory");
        }

        if (facts.OwnerId != user.Id || facts.IsWritableByOthers)
        {
            throw Refuse(path, "belongs to another user, or others may write in it");
        }
    }

    private static LaunchFailedException Refuse(string path, string what) =>
        new(LaunchStage.Containment, $"The runtime directory {path} {what}. Set WorkflowLifecycleOptions.RuntimeDirectory or {EnvironmentVariable} to a short path of your own.", path);
}
