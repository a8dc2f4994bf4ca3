namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>What a walk may cost, and how often it begins again.</summary>
internal sealed record WalkLimits
{
    public static WalkLimits Default { get; } = new();

    /// <summary>Directories kept open on the way down; those above are opened again by <c>..</c> on the way up, and must be the very ones.</summary>
    public int OpenDirectories { get; init; } = 64;

    /// <summary>How often one directory is read again because there were new entries.</summary>
    public int Passes { get; init; } = 16;

    /// <summary>How often a walk begins again because a directory that it was in is somewhere else by now.</summary>
    public int Restarts { get; init; } = 16;

    /// <summary>
    /// Whether a directory is read twice: its files are dealt with first, in batches by inode, then the directories in it. For who takes entries away; another
    /// one could see what is exchanged meanwhile twice, or not at all.
    /// </summary>
    public bool FilesFirst { get; init; } = true;

    /// <summary>Whether the kernel's own refusal of mount points and links is used where there is one.</summary>
    public bool WithKernelChecks { get; init; } = true;
}
