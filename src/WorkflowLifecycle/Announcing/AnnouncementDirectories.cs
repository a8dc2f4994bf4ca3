using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle;

/// <summary>Where announcements are written and looked for.</summary>
internal static class AnnouncementDirectories
{
    private const string LeafName = "stores";

    /// <summary>The directory to announce in, created with the mode it must have.</summary>
    /// <exception cref="LaunchFailedException">It cannot be had, or is not ours.</exception>
    public static string Prepare(string? runtimeDirectory) =>
        RuntimeDirectories.Prepare(RuntimeDirectories.Root(runtimeDirectory), LeafName);

    /// <summary>Every directory that this process may be able to look into. Root looks at everybody's.</summary>
    public static IEnumerable<AnnouncementDirectory> ToRead(string? runtimeDirectory)
    {
        List<string> roots = [RuntimeDirectories.Root(runtimeDirectory)];
        if (RuntimeDirectories.MachineWide(runtimeDirectory) is { } machineWide)
        {
            roots.Add(machineWide);
        }

        roots.AddRange(RuntimeDirectories.RootsOfOthers(runtimeDirectory));
        return roots.Distinct(StringComparer.Ordinal).Select(root => new AnnouncementDirectory(Path.Combine(root, LeafName), RuntimeDirectories.IsTrusted(root)));
    }
}
