using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Finds worktrees that were locked (<c>git worktree lock</c>) during a run: a file named <c>locked</c> whose content is the reason.</summary>
internal static class GitWorktreeLocks
{
    public const string FileName = "locked";

    private const int LongestReason = 200;
    private const int MostWorktrees = 1000;

    // What git itself writes while it makes a worktree, and takes away when that is done.
    private const string Making = "initializing";

    /// <summary>The locks that were made in the run's life, and whether their reason says that the run made them.</summary>
    public static IEnumerable<(GitLockFile File, string Reason, bool IsOfRun)> Find(GitPlace place, RunRecord run, LockFileLife life)
    {
        string worktrees = Path.Combine(place.Shared, "worktrees");
        if (WorkPath.OfDirectory(worktrees) != worktrees)
        {
            yield break;
        }

        foreach (string directory in Directory.EnumerateDirectories(worktrees).Take(MostWorktrees))
        {
            string path = Path.Combine(directory, FileName);
            if (LockFileMark.Take(path, out LockFileMark mark) == 0 && mark.IsRegularFile && life.Holds(mark))
            {
                string reason = ReadReason(path);
                yield return (new GitLockFile(path, mark, place), reason, reason == Making || Names(reason, run.RunId.ToString()) || Names(reason, run.InternalId));
            }
        }
    }

    private static string ReadReason(string path)
    {
        Span<byte> buffer = stackalloc byte[LongestReason];
        using FileDescriptor? file = UntrustedFile.Open(path);
        return VisibleText.Of(UntrustedFile.ReadStart(file, buffer), LongestReason);
    }

    // As a word of its own: run_1 is not run_12.
    private static bool Names(string reason, string id)
    {
        for (int at = reason.IndexOf(id, StringComparison.Ordinal); at >= 0; at = reason.IndexOf(id, at + 1, StringComparison.Ordinal))
        {
            int after = at + id.Length;
            if ((at == 0 || !IsPartOfId(reason[at - 1])) && (after == reason.Length || !IsPartOfId(reason[after])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPartOfId(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}
