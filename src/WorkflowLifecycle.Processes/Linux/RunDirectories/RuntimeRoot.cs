using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>The directory below which each run has its own.</summary>
internal static class RuntimeRoot
{
    public const string EnvironmentVariable = "WORKFLOW_LIFECYCLE_RUNTIME_DIR";

    // sockaddr_un has 108 bytes with the final NUL; "/r/", 32 digits and "/notify" take 42 of them.
    private const int LongestRoot = 107 - 42;

    public const string MachineWide = "/run/" + ProductName;
    public const uint ReadableMode = 0x1ED;

    /// <summary>The directory of runs, below the root.</summary>
    public const string Runs = "r";

    private const string ProductName = "workflow-lifecycle";
    private const uint PrivateMode = 0x1C0;

    /// <summary>The root by option, environment or user. Not created.</summary>
    public static string Resolve(string? configured, LocalUser user)
    {
        if (Named(configured) is { } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (user.IsPrivileged)
        {
            return MachineWide;
        }

        string? perUser = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(perUser) && Directory.Exists(perUser)
            ? Path.Combine(perUser, ProductName)
            : $"/tmp/{ProductName}-{user.Id}";
    }

    public static bool IsNamed(string? configured) => Named(configured) is not null;

    public static IReadOnlyList<string> OfOtherUsers() =>
        [.. Below("/run/user", "*").Select(user => Path.Combine(user, ProductName)), .. Below("/tmp", ProductName + "-*")];

    public static bool IsTrusted(string root, LocalUser user) =>
        FileFacts.Of(root) is { IsDirectory: true, IsWritableByOthers: false } facts && (facts.OwnerId == 0 || facts.OwnerId == user.Id);

    /// <summary>Makes the root and the directory of runs in it.</summary>
    /// <returns>The directory of runs.</returns>
    /// <exception cref="LaunchFailedException">It cannot be made, or is not ours alone.</exception>
    public static string Prepare(string root, LocalUser user)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(root) > LongestRoot)
        {
            throw Refuse(root, $"is too long for the sockets in it (at most {LongestRoot} bytes)");
        }

        return Prepare(root, Runs, PrivateMode, user);
    }

    /// <summary>Makes the root and a directory in it, and refuses what another user could have laid out for us.</summary>
    /// <exception cref="LaunchFailedException">It cannot be made, or is not ours alone.</exception>
    public static string Prepare(string root, string name, uint mode, LocalUser user)
    {
        string directory = Path.Combine(root, name);
        MakePrivate(root, ReadableMode, user);
        MakePrivate(directory, mode, user);
        return directory;
    }

    private static string? Named(string? configured)
    {
        string? chosen = string.IsNullOrEmpty(configured) ? Environment.GetEnvironmentVariable(EnvironmentVariable) : configured;
        return string.IsNullOrEmpty(chosen) ? null : chosen;
    }

    private static string[] Below(string parent, string pattern)
    {
        try
        {
            return Directory.GetDirectories(parent, pattern);
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void MakePrivate(string path, uint mode, LocalUser user)
    {
        int errno = MakeDirectory(path, mode);
        if (errno == Errno.ENOENT && Path.GetDirectoryName(path) is { } parent)
        {
            Directory.CreateDirectory(parent);
            errno = MakeDirectory(path, mode);
        }

        if (errno is not (0 or Errno.EEXIST))
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

    private static int MakeDirectory(string path, uint mode) => Libc.MakeDirectory(path, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static LaunchFailedException Refuse(string path, string what) =>
        new(LaunchStage.Containment, $"The runtime directory {path} {what}. Set WorkflowLifecycleOptions.RuntimeDirectory or {EnvironmentVariable} to a short path of your own.", path);
}
