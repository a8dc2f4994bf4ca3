namespace WorkflowLifecycle;

/// <summary>Settings of the <c>work-directory</c> cleaner.</summary>
public sealed class WorkDirectoryCleanerOptions
{
    /// <summary>What becomes of the working directory of runs that say nothing of it (<see cref="LaunchRequest.WorkDirectory"/>). Default: it stays.</summary>
    public WorkDirectoryPolicy Policy { get; set; }

    /// <summary>Where archives are written, an absolute path of a directory of the host's own, outside all working directories; null (default) refuses launches with <see cref="WorkDirectoryPolicy.Archive"/>.</summary>
    public string? ArchiveDirectory { get; set; }

    /// <summary>Whether the root of a git repository may be deleted, as where the host clones one for each run. Default: no. One with worktrees elsewhere never is.</summary>
    public bool AllowRepositoryRoots { get; set; }

    /// <summary>The longest that archiving and deleting may take at the end of a run; above 0, at most 24 h. Default: 5 minutes. What is left is a debt.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromMinutes(5);
}
