using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Finds what git began and did not bring to its end. Only a person can say whether it is to go on.</summary>
internal static class GitInterruptions
{
    private const string Bisection = "BISECT_LOG";

    // The first that is there is it: a rebase stops at a cherry-pick of its own.
    private static readonly (string Mark, string Verb)[] _marks =
    [
        ("rebase-merge", "rebase"),
        ("rebase-apply/applying", "am"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("MERGE_HEAD", "merge"),
    ];

    /// <summary>Whether anything is under way in a worktree, whoever began it and whenever.</summary>
    public static bool IsAnyThere(GitPlace place) =>
        _marks.Select(mark => mark.Mark).Append(Bisection).Any(mark => LockFileMark.Take(Path.Combine(place.Directory, mark), out _) == 0);

    /// <summary>What was begun during the run in a worktree, one at the most of those that exclude each other, and a bisection.</summary>
    public static IEnumerable<(string Name, string Note)> Find(GitPlace place, LockFileLife life)
    {
        foreach ((string mark, string verb) in _marks)
        {
            if (LockFileMark.Take(Path.Combine(place.Directory, mark), out LockFileMark found) == 0)
            {
                if (life.Holds(found))
                {
                    yield return ($"{verb} in {place.WorkTree}", $"interrupted: 'git {verb} --continue' goes on with it, 'git {verb} --abort' takes it back");
                }

                break;
            }
        }

        if (LockFileMark.Take(Path.Combine(place.Directory, Bisection), out LockFileMark log) == 0 && life.Holds(log))
        {
            yield return ($"bisect in {place.WorkTree}", "under way: 'git bisect good' or 'bad' goes on with it, 'git bisect reset' ends it");
        }
    }
}
