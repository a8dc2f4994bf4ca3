using System.IO.Enumeration;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>Finds the files that are meant. Below the working directory no link is followed: the program may have laid it.</summary>
internal sealed class LockFilePaths(LockFileCleanerOptions options)
{
    private const int MostEntries = 20_000;

    private int _left = MostEntries;

    public bool IsCut => _left <= 0;

    /// <summary>Their paths, without links.</summary>
    public IEnumerable<string> Find(string workDirectory)
    {
        IEnumerable<string> below = WorkPath.OfDirectory(workDirectory) is { } directory ? options.Patterns.SelectMany(pattern => Match(directory, pattern.Split('/'), 0)) : [];
        IEnumerable<string> named = options.Paths
            .Select(static path => WorkPath.OfDirectory(Path.GetDirectoryName(path)!) is { } parent ? Path.Combine(parent, Path.GetFileName(path)) : null)
            .OfType<string>();
        return below.Concat(named).Distinct(StringComparer.Ordinal);
    }

    private IEnumerable<string> Match(string directory, string[] parts, int at)
    {
        using FileDescriptor? pinned = LockFileRemoval.OpenDirectory(directory, out int errno);
        if (pinned is null)
        {
            if (errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                yield break;
            }

            throw new IOException($"{directory}: {Errno.Describe(errno)}");
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries($"/proc/self/fd/{pinned.Number}"))
        {
            string name = Path.GetFileName(entry);
            if (--_left <= 0)
            {
                yield break;
            }

            if (!FileSystemName.MatchesSimpleExpression(parts[at], name, ignoreCase: false) || LockFileMark.Take(pinned, name, out LockFileMark mark) != 0)
            {
                continue;
            }

            if (at == parts.Length - 1)
            {
                yield return Path.Combine(directory, name);
            }
            else if (mark.IsDirectory)
            {
                foreach (string path in Match(Path.Combine(directory, name), parts, at + 1))
                {
                    yield return path;
                }
            }
        }
    }
}
