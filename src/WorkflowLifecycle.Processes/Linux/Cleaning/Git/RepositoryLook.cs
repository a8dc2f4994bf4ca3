namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Whether a directory is a git repository, or holds one, in which others than the run work. For the moment before a run has begun.</summary>
internal static class RepositoryLook
{
    private const int MostDirectories = 2_000;
    private const int Depth = 3;

    private static readonly EnumerationOptions _below = new() { RecurseSubdirectories = true, MaxRecursionDepth = Depth - 1, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Why it is not to be deleted; null when nothing speaks for it.</summary>
    public static string? WhyNot(string path, bool allowRoots)
    {
        if (!allowRoots && IsRoot(path))
        {
            return $"{path} is the root of a git repository. Give the run a worktree ('git worktree add') or a directory of its own, or set WorkDirectoryCleanerOptions.AllowRepositoryRoots where the host clones one for each run.";
        }

        // A few levels are looked at: deeper down a repository is hardly anybody's but the run's.
        IEnumerable<string> repositories = new[] { path }.Concat(Directory.EnumerateDirectories(path, "*", _below).Take(MostDirectories));
        return repositories.Select(repository => FindWorktreeElsewhere(repository, path)).FirstOrDefault(worktree => worktree is not null) is { } elsewhere
            ? $"{path} holds the git repository of the worktree {elsewhere}, which would be lost with it. Give the run a directory of its own."
            : null;
    }

    // A worktree has a file of that name, not a directory.
    private static bool IsRoot(string path) =>
        Directory.Exists(Path.Combine(path, ".git")) || (File.Exists(Path.Combine(path, "HEAD")) && Directory.Exists(Path.Combine(path, "objects")) && Directory.Exists(Path.Combine(path, "refs")));

    private static string? FindWorktreeElsewhere(string repository, string path)
    {
        string inside = Directory.Exists(Path.Combine(repository, ".git")) ? Path.Combine(repository, ".git") : repository;
        string worktrees = Path.Combine(inside, "worktrees");
        if (!Directory.Exists(worktrees) || !File.Exists(Path.Combine(inside, "HEAD")))
        {
            return null;
        }

        try
        {
            return Directory.EnumerateDirectories(worktrees)
                .Select(worktree => Path.Combine(worktree, "gitdir"))
                .Where(File.Exists)
                .Select(file => Path.GetDirectoryName(File.ReadLines(file).FirstOrDefault(string.Empty).Trim()))
                .FirstOrDefault(worktree => worktree is { Length: > 0 } && Directory.Exists(worktree) && !Deleting.PlainPath.Holds(path, worktree));
        }
        catch (UnauthorizedAccessException)
        {
            // Whoever may not read it may not delete it either.
            return worktrees;
        }
    }
}
