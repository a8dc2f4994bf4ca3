using System.Text;
using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Finds the repository of a directory, and whether it is one that knows the directory.</summary>
internal static class GitPlaceReader
{
    private const int MostLevels = 64;
    private const int LongestPointer = 4096;
    private const string Git = ".git";

    /// <summary>The repository that git would use in that directory; null outside of one.</summary>
    /// <param name="directory">A directory, without links.</param>
    public static GitPlace? FindFrom(string directory)
    {
        string? at = directory;
        for (int level = 0; at is not null && level < MostLevels; level++, at = Path.GetDirectoryName(at))
        {
            if (FindAt(at) is { } place)
            {
                return place;
            }
        }

        return null;
    }

    /// <summary>The repository whose worktree begins at that directory, or which it is itself; null when there is none.</summary>
    public static GitPlace? FindAt(string directory)
    {
        string git = Path.Combine(directory, Git);
        if (LockFileMark.Take(git, out LockFileMark mark) != 0)
        {
            return GitRepository.IsBare(directory) ? Describe(directory, directory, isKnown: true) : null;
        }

        if (mark.IsRegularFile)
        {
            return GitRepository.ReadPointer(git, "gitdir:", directory) is { } elsewhere && HasState(elsewhere)
                ? Describe(directory, elsewhere, isKnown: IsModuleOfWhatIsAbove(directory, elsewhere))
                : null;
        }

        return WorkPath.OfDirectory(git) is { } inside && HasState(inside) ? Describe(directory, inside, isKnown: !mark.IsSymbolicLink) : null;
    }

    /// <summary>Whether a directory looks like the state of a repository or of a worktree.</summary>
    public static bool HasState(string directory) =>
        GitRepository.IsBare(directory) || (FileFacts.Of(Path.Combine(directory, "HEAD")) is { IsRegularFile: true } && FileFacts.Of(Path.Combine(directory, "commondir")) is { IsRegularFile: true });

    private static GitPlace? Describe(string workTree, string directory, bool isKnown)
    {
        if (FileFacts.Of(Path.Combine(directory, "commondir")) is null)
        {
            return new GitPlace(workTree, directory, directory, isKnown);
        }

        return GitRepository.ReadPointer(Path.Combine(directory, "commondir"), string.Empty, directory) is { } shared && GitRepository.IsBare(shared)
            ? new GitPlace(workTree, directory, shared, IsWorktreeOf(workTree, directory, shared))
            : null;
    }

    // The entry that a repository has of its worktree names the worktree in its turn.
    private static bool IsWorktreeOf(string workTree, string directory, string shared)
    {
        Span<byte> buffer = stackalloc byte[LongestPointer];
        using FileDescriptor? file = UntrustedFile.Open(Path.Combine(directory, "gitdir"));
        string named = Encoding.UTF8.GetString(UntrustedFile.ReadStart(file, buffer)).Trim();
        return Path.GetDirectoryName(directory) == Path.Combine(shared, "worktrees")
            && Path.GetFileName(named) == Git
            && Path.GetDirectoryName(Path.Combine(directory, named)) is { } back
            && WorkPath.OfDirectory(back) == workTree;
    }

    private static bool IsModuleOfWhatIsAbove(string directory, string elsewhere) =>
        Path.GetDirectoryName(directory) is { } above && FindFrom(above) is { IsProven: true } outer
        && (WorkPath.IsBelow(elsewhere, Path.Combine(outer.Directory, "modules")) || WorkPath.IsBelow(elsewhere, Path.Combine(outer.Shared, "modules")));
}
