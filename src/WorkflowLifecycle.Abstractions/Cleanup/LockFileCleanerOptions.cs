namespace WorkflowLifecycle;

/// <summary>Settings of the cleaner <c>lock-files</c>: which files are looked at. Only those that name a process which is dead, and are provably a run's, are removed.</summary>
public sealed class LockFileCleanerOptions
{
    /// <summary>The longest it may take at the end of a run. Above 0, at most 24 hours. Default 5 s.</summary>
    public TimeSpan Ceiling { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Names of files in the working directory, with <c>*</c> and <c>?</c>, and with <c>/</c> for one in a directory below it: <c>tmp/*.pid</c>. At most 50.
    /// Default: <c>*.pid</c>.
    /// </summary>
    public IList<string> Patterns { get; } = ["*.pid"];

    /// <summary>Absolute paths of single files elsewhere, as <c>/run/builder.pid</c>. At most 50. Default: none.</summary>
    public IList<string> Paths { get; } = [];
}
