namespace WorkflowLifecycle;

/// <summary>Settings of the <c>temp</c> cleaner: each run gets a temp directory of its own, which is removed at its end.</summary>
public sealed class TempCleanerOptions
{
    /// <summary>Where these directories are made, an absolute path; null (default) is the host's <c>TMPDIR</c>, else <c>/tmp</c>. Not writable by others, or with the sticky bit.</summary>
    public string? Directory { get; set; }

    /// <summary>Whether programs of the run that change their user may write there, too: mode 1777 instead of 0700. Default: no.</summary>
    public bool IsSharedByUsers { get; set; }

    /// <summary>The longest that removing one may take at the end of a run; above 0, at most 24 h. Default: 1 minute. What is left is a debt.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromMinutes(1);
}
