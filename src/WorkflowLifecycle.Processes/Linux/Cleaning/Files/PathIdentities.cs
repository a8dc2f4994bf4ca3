using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>Files and directories, by what they are and not by their paths, of which each may have several.</summary>
internal sealed class PathIdentities
{
    private readonly HashSet<(ulong Device, ulong Inode)> _identities = [];
    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);

    /// <summary>A path with all directories above it.</summary>
    public static PathIdentities Of(string path)
    {
        PathIdentities identities = new();
        identities.AddWithAllAbove(path);
        return identities;
    }

    /// <summary>Adds what a path leads to, with all that is above that and above the path itself. What is not there adds nothing.</summary>
    public void AddWithAllAbove(string path)
    {
        Add(path);
        for (string? above = path; above is not null; above = Path.GetDirectoryName(above))
        {
            // Above a link are two: where it is, and where it leads.
            if (RealPath.OfAny(above) is { } real)
            {
                Add(real);
            }
        }
    }

    public bool Contains(in EntryFacts facts) => _identities.Contains((facts.Device, facts.Inode));

    /// <summary>Whether what that path leads to is among them.</summary>
    public bool Contains(string path) => Read(path) is { } facts && Contains(facts);

    private static EntryFacts? Read(string path)
    {
        using FileDescriptor file = DescriptorReserve.Open(path, Libc.OpenPathOnly | Libc.OpenCloseOnExec);
        return !file.IsInvalid && EntryFacts.Read(file, out EntryFacts facts) == 0 ? facts : null;
    }

    private void Add(string path)
    {
        for (string? above = path; above is not null && _looked.Add(above); above = Path.GetDirectoryName(above))
        {
            if (Read(above) is { } facts)
            {
                _identities.Add((facts.Device, facts.Inode));
            }
        }
    }
}
