using System.Text;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Finds where the repository of a work directory keeps its state.</summary>
internal static class GitRepository
{
    private const int MostLevels = 64;
    private const int LongestPointer = 4096;

    /// <summary>The repository's own directory and, for a worktree, the one that it shares with the others; none outside of a repository.</summary>
    public static IReadOnlyList<string> DirectoriesOf(string workDirectory)
    {
        string? at = workDirectory;
        for (int level = 0; at is not null && level < MostLevels; level++, at = Path.GetDirectoryName(at))
        {
            if (FindAt(at) is { } repository)
            {
                string? shared = ReadPointer(Path.Combine(repository, "commondir"), string.Empty, repository);
                return shared is null || shared == repository ? [repository] : [repository, shared];
            }
        }

        return [];
    }

    /// <summary>Whether a directory has what git asks of a repository.</summary>
    public static bool IsBare(string directory) =>
        FileFacts.Of(Path.Combine(directory, "HEAD")) is { IsDirectory: false }
        && FileFacts.Of(Path.Combine(directory, "objects"), followLinks: true) is { IsDirectory: true }
        && FileFacts.Of(Path.Combine(directory, "refs"), followLinks: true) is { IsDirectory: true };

    /// <summary>Reads a file of one line that names a directory, relative to where it stands; null when it does not, or the directory is gone.</summary>
    public static string? ReadPointer(string path, string prefix, string origin)
    {
        Span<byte> buffer = stackalloc byte[LongestPointer];
        using FileDescriptor? file = UntrustedFile.Open(path);
        string text = Encoding.UTF8.GetString(UntrustedFile.ReadStart(file, buffer));
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string named = text[prefix.Length..].Trim();
        return named.Length == 0 || named.Contains('\0', StringComparison.Ordinal) ? null : WorkPath.OfDirectory(Path.Combine(origin, named));
    }

    private static string? FindAt(string directory)
    {
        string git = Path.Combine(directory, ".git");
        return WorkPath.OfDirectory(git) is { } inside ? inside
            : ReadPointer(git, "gitdir:", directory) is { } elsewhere ? elsewhere
            : IsBare(directory) ? directory
            : null;
    }
}
