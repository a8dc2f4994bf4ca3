namespace WorkflowLifecycle.Processes;

/// <summary>The answer to "is that very process there?".</summary>
public enum ProcessPresence
{
    /// <summary>It cannot be told from here (another machine or PID namespace, no permission). Never to be read as gone.</summary>
    Unknown = 0,

    /// <summary>It is there.</summary>
    Present = 1,

    /// <summary>It is gone, though its machine has not been restarted.</summary>
    Gone = 2,

    /// <summary>Its machine has been restarted since.</summary>
    OtherBoot = 3,
}
