namespace WorkflowLifecycle;

/// <summary>Settings of the cleaner <c>git</c>; see docs/cleaning-git.md.</summary>
public sealed class GitCleanerOptions
{
    /// <summary>The longest it may take at the end of a run. Above 0, at most 24 hours. Default 10 s.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many levels below the working directory repositories are looked for, as one that the run cloned; 0 is the working directory's own alone.
    /// 0 to 8. Default 3. At most 2,000 directories are looked into and 50 repositories cared for: what is cut is said in the receipt.
    /// </summary>
    public int LevelsBelow { get; set; } = 3;

    /// <summary>What becomes of the worktree that is the run's working directory. Default: it stays.</summary>
    public GitWorktreePolicy Worktree { get; set; } = GitWorktreePolicy.Keep;

    /// <summary>Removes it also with changes that are not committed and commits that are on no branch: they are lost. Default false.</summary>
    public bool RemoveWorktreeWithWork { get; set; }
}
