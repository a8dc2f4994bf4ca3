namespace WorkflowLifecycle;

/// <summary>When a cleaner is asked.</summary>
public enum CleanupMoment
{
    /// <summary>
    /// Before the first signal: the processes are there, and nothing may be changed. In a graceful kill every cleaner is asked; in an emergency only an
    /// <see cref="IResourceWatcher"/>, which has 20 ms from the request on and delays no signal beyond them.
    /// </summary>
    BeforeEnd = 0,

    /// <summary>After the proof of the end.</summary>
    AfterEnd = 1,

    /// <summary>Later, for a debt, perhaps in another process or after a restart of the machine.</summary>
    Retry = 2,

    /// <summary>While the run goes on: the processes are there, and nothing may be changed. Only an <see cref="IResourceWatcher"/> is asked.</summary>
    WhileRunning = 3,
}
