namespace WorkflowLifecycle;

/// <summary>When a cleaner is asked.</summary>
public enum CleanupMoment
{
    /// <summary>Before the first signal of a graceful kill: the processes are there, and nothing may be changed.</summary>
    BeforeEnd = 0,

    /// <summary>After the proof of the end.</summary>
    AfterEnd = 1,

    /// <summary>Later, for a debt, perhaps in another process or after a restart of the machine.</summary>
    Retry = 2,
}
