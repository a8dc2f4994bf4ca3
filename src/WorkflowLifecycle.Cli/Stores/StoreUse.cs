namespace WorkflowLifecycle.Cli.Stores;

/// <summary>What a store is opened for.</summary>
internal enum StoreUse
{
    /// <summary>To launch or to kill: what is written matters, and is waited for.</summary>
    Change = 0,

    /// <summary>To look: rows of hosts that died are brought up to date on the way, but nobody waits long for a store that is locked.</summary>
    Look = 1,

    /// <summary>To end a run at once, if need be without it.</summary>
    Emergency = 2,
}
