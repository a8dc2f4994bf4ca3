using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle;

/// <summary>Where announcements are written and looked for.</summary>
internal static class AnnouncementDirectories
{
    public const string OverrideVariable = "WORKFLOW_LIFECYCLE_RUNTIME_DIR";

    private const string ProductName = "workflow-lifecycle";
    private const string LeafName = "stores";
    private const string MachineWide = "/run/" + ProductName;

    // Not the temporary directory of the environment: two processes of one user must look in the same place.
    private const string Shared = "/tmp";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode ReadableByAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The directory to announce in, created with the mode it must have.</summary>
    /// <exception cref="IOException">It cannot be had, or is not ours.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be had, or belongs to somebody else.</exception>
    public static string Prepare(string? runtimeDirectory)
    {
        if (Override(runtimeDirectory) is { } chosen)
        {
            return Directory.CreateDirectory(Path.Combine(chosen, LeafName)).FullName;
        }

        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            return CreateOwned(MachineWide, ReadableByAll);
        }

        return CreateOwned(PerUser(), OwnerOnly);
    }

    /// <summary>Every directory that this process may be able to look into.</summary>
    public static IEnumerable<AnnouncementDirectory> ToRead(string? runtimeDirectory)
    {
        if (Override(runtimeDirectory) is { } chosen)
        {
            return [new(Path.Combine(chosen, LeafName), IsTrusted: true)];
        }

        List<AnnouncementDirectory> directories = [];
        if (!OperatingSystem.IsWindows())
        {
            // Below /run only root makes directories: what is there was put there by root.
            directories.Add(new(Path.Combine(MachineWide, LeafName), IsTrusted: true));
        }

        if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
        {
            directories.AddRange(OfOtherUsers());
        }
        else
        {
            string own = PerUser();
            directories.Add(new(Path.Combine(own, LeafName), IsTrusted: IsOwn(own)));
        }

        return directories;
    }

    // Root looks at everybody's, and follows nobody's: a user could announce a store whose rows name processes of others.
    private static IEnumerable<AnnouncementDirectory> OfOtherUsers() =>
        Subdirectories("/run/user", "*")
            .Select(user => Path.Combine(user, ProductName))
            .Concat(Subdirectories(Shared, ProductName + "-*"))
            .Select(root => new AnnouncementDirectory(Path.Combine(root, LeafName), IsTrusted: false));

    private static string[] Subdirectories(string parent, string pattern)
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

    private static string? Override(string? runtimeDirectory)
    {
        string? chosen = string.IsNullOrEmpty(runtimeDirectory) ? Environment.GetEnvironmentVariable(OverrideVariable) : runtimeDirectory;
        return string.IsNullOrEmpty(chosen) ? null : Path.GetFullPath(chosen);
    }

    private static string PerUser()
    {
        string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(runtime) && Directory.Exists(runtime)
            ? Path.Combine(runtime, ProductName)
            : $"{Shared}/{ProductName}-{ContainmentPlatform.CurrentUser().Id}";
    }

    private static string CreateOwned(string root, UnixFileMode mode)
    {
        string leaf = Path.Combine(root, LeafName);
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(leaf).FullName;
        }

        Directory.CreateDirectory(root, mode);
        if (!IsOwn(root))
        {
            throw new UnauthorizedAccessException($"{root} is a link or belongs to somebody else. Remove it, or set {OverrideVariable}.");
        }

        Directory.CreateDirectory(leaf, mode);

        // Creation is subject to the umask, and an older directory may be wider than it should be.
        File.SetUnixFileMode(root, mode);
        File.SetUnixFileMode(leaf, mode);
        return leaf;
    }

    // Only the owner of a directory (and root) may change its mode, so that setting the mode it has is the question "is it mine?".
    private static bool IsOwn(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return true;
        }

        try
        {
            if (!Directory.Exists(directory) || new DirectoryInfo(directory).LinkTarget is not null)
            {
                return false;
            }

            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory));
            return true;
        }
        catch (Exception expected) when (expected is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
