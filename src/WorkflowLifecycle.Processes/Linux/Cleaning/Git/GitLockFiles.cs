using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Finds the lock files of a repository where git makes them, and nowhere else. No link is followed.</summary>
internal sealed class GitLockFiles(int mostEntries = 50_000)
{
    private const string LockSuffix = ".lock";
    private const int RefLevels = 16;
    private const int ModuleLevels = 4;

    // Relative to a repository's directory; of these the entries alone.
    private static readonly string[] _flat = ["", "info", "objects", "objects/info", "objects/info/commit-graphs", "objects/pack", "reftable"];

    private int _left = mostEntries;

    /// <summary>True when there was more than is looked through.</summary>
    public bool IsCut => _left <= 0;

    /// <summary>The locks of a repository: of its worktree, of what it shares, of its other worktrees and of its submodules.</summary>
    public IEnumerable<GitLockFile> Find(GitPlace place, CancellationToken cancellationToken)
    {
        HashSet<string> directories = [place.Directory, place.Shared];
        AddEntries(directories, Path.Combine(place.Shared, "worktrees"));
        foreach (string owner in directories.ToArray())
        {
            AddModules(directories, Path.Combine(owner, "modules"), ModuleLevels);
        }

        foreach (string directory in directories.Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (GitLockFile file in _flat.SelectMany(part => In(Path.Combine(directory, part), 0, place)).Concat(In(Path.Combine(directory, "refs"), RefLevels, place)))
            {
                yield return file;
            }
        }
    }

    private IEnumerable<GitLockFile> In(string directory, int levels, GitPlace place)
    {
        foreach ((string path, LockFileMark mark) in Entries(directory))
        {
            if (mark.IsRegularFile && path.EndsWith(LockSuffix, StringComparison.Ordinal))
            {
                yield return new GitLockFile(path, mark, place);
            }
            else if (levels > 0 && mark.IsDirectory)
            {
                foreach (GitLockFile file in In(path, levels - 1, place))
                {
                    yield return file;
                }
            }
        }
    }

    private void AddEntries(HashSet<string> directories, string parent)
    {
        foreach ((string path, LockFileMark mark) in Entries(parent))
        {
            if (mark.IsDirectory && GitPlaceReader.HasState(path))
            {
                directories.Add(path);
            }
        }
    }

    // A submodule's name may have slashes in it, and a submodule submodules.
    private void AddModules(HashSet<string> directories, string parent, int levels)
    {
        foreach ((string path, LockFileMark mark) in Entries(parent))
        {
            if (!mark.IsDirectory)
            {
                continue;
            }

            bool isModule = GitPlaceReader.HasState(path);
            if (isModule)
            {
                directories.Add(path);
            }

            if (levels > 1)
            {
                AddModules(directories, isModule ? Path.Combine(path, "modules") : path, levels - 1);
            }
        }
    }

    private IEnumerable<(string Path, LockFileMark Mark)> Entries(string directory)
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
            if (--_left <= 0)
            {
                yield break;
            }

            string name = Path.GetFileName(entry);
            if (LockFileMark.Take(pinned, name, out LockFileMark mark) == 0)
            {
                yield return (Path.Combine(directory, name), mark);
            }
        }
    }
}
