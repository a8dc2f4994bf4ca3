namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>What a place in a lane holds.</summary>
internal enum SlotKind
{
    /// <summary>Nothing was ever written there.</summary>
    Free = 0,

    /// <summary>An entry that is not on record elsewhere.</summary>
    Live = 1,

    /// <summary>An entry that is: the place may be written over.</summary>
    Settled = 2,

    /// <summary>Bytes that are no entry of ours: torn or altered.</summary>
    Damaged = 3,
}
