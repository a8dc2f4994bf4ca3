namespace WorkflowLifecycle.Killing;

/// <summary>What a request to write an intent met.</summary>
internal enum IntentOutcome
{
    /// <summary>The intent is durable.</summary>
    Written = 0,

    /// <summary>The run has an open kill, which is joined.</summary>
    Joined = 1,

    /// <summary>The run is over, or the caller's key names a kill that is: nothing is to be signalled.</summary>
    Over = 2,

    /// <summary>The store did not take the intent in time; it is durable in the emergency spool.</summary>
    Spooled = 3,
}
