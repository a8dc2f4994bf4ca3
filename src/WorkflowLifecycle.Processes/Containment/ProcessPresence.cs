namespace WorkflowLifecycle.Processes;

/// <summary>The answer to "is that very process there?".</summary>
public enum ProcessPresence
{
    /// <summary>It lives where we look, but the look failed (no permission, no file descriptor). Never to be read as gone.</summary>
    Unknown = 0,

    /// <summary>It is there.</summary>
    Present = 1,

    /// <summary>It is gone, though its machine has not been restarted.</summary>
    Gone = 2,

    /// <summary>Its machine has been restarted since.</summary>
    OtherBoot = 3,

    /// <summary>Its numbers mean nothing here: another machine, another PID namespace, or a boot that nobody knows. Never to be read as gone.</summary>
    Elsewhere = 4,
}
