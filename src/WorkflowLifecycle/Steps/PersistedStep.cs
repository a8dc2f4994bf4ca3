namespace WorkflowLifecycle.Steps;

/// <summary>
/// Everything that a launch, a kill, an end and a recovery leave behind durably: in the store, in the run's directory, or in the kernel. A
/// process may die at either side of each, and whoever comes next goes on from there; a test dies at all of them.
/// </summary>
internal enum PersistedStep
{
    /// <summary>The row of a launch.</summary>
    RunRegistered,

    /// <summary>What the providers made for a run that has not started.</summary>
    ResourcesProvided,

    /// <summary>Run directory, cgroup, and a shim that waits at the gate.</summary>
    ContainmentPrepared,

    /// <summary>Who holds the run.</summary>
    ContainmentRecorded,

    /// <summary>The word to the shim to start the program.</summary>
    GateOpened,

    /// <summary>The program's identity.</summary>
    StartRecorded,

    /// <summary>The end of a launch that failed.</summary>
    LaunchFailureRecorded,

    /// <summary>What was cleaned after a launch that somebody else had ended meanwhile.</summary>
    LaunchRemainsRecorded,

    /// <summary>What a provider made when its launch had failed already.</summary>
    LateResourcesOwed,

    /// <summary>What the program said: ready, stopping, its status.</summary>
    SignRecorded,

    /// <summary>What a watcher found that the run has.</summary>
    ResourcesRecorded,

    /// <summary>The main program is over and its tree is not.</summary>
    MainExitRecorded,

    /// <summary>The shim was lost, and the strength is lower.</summary>
    HolderLossRecorded,

    /// <summary>The end of a run that ended by itself.</summary>
    EndRecorded,

    /// <summary>A tree that was not adopted, and why.</summary>
    AdoptionRefusalRecorded,

    /// <summary>The row of an adoption.</summary>
    AdoptionRegistered,

    /// <summary>Run directory and cgroup for a tree that is not moved yet.</summary>
    AdoptionPrepared,

    /// <summary>Where the tree is going to be held.</summary>
    AdoptionContainmentRecorded,

    /// <summary>The tree is in its cgroup.</summary>
    AdoptionHeld,

    /// <summary>The tree is ours.</summary>
    AdoptionRecorded,

    /// <summary>An adoption that failed has put back what it moved.</summary>
    AdoptionReverted,

    /// <summary>The end of an adoption that failed.</summary>
    AdoptionFailureRecorded,

    /// <summary>Nobody is signalled before this one.</summary>
    IntentRecorded,

    /// <summary>The intent of an emergency whose store was away.</summary>
    IntentSpooled,

    /// <summary>A kill that was not permitted.</summary>
    DenialRecorded,

    /// <summary>A kill that was permitted and could not begin.</summary>
    RefusalRecorded,

    /// <summary>An intent that came on record too late.</summary>
    IntentWithdrawn,

    /// <summary>A request that joined a kill, or came after the end.</summary>
    RequestRecorded,

    /// <summary>A stronger request for a kill under way.</summary>
    EscalationRecorded,

    /// <summary>A kill that another process began goes on.</summary>
    ResumptionRecorded,

    /// <summary>For what a kill waits.</summary>
    WaitingRecorded,

    /// <summary>What is known of a run that is to be ended.</summary>
    EvidenceStored,

    /// <summary>The polite signal.</summary>
    LeaveSignalled,

    /// <summary>That the program was told to leave.</summary>
    LeaveRecorded,

    /// <summary>The order to end the whole containment.</summary>
    EndOrdered,

    /// <summary>Nobody is left.</summary>
    EndProven,

    /// <summary>What the cleaners of the run freed.</summary>
    ResourcesCleaned,

    /// <summary>Cgroup, shim and run directory are gone, but for the records of the end.</summary>
    ContainmentFreed,

    /// <summary>The outcome of a kill.</summary>
    OutcomeRecorded,

    /// <summary>A kill whose ceiling passed, and which goes on.</summary>
    UnconfirmedRecorded,

    /// <summary>What a kill could not free that another process had completed meanwhile.</summary>
    LateDebtsRecorded,

    /// <summary>A spooled intent whose killer died over it, brought to the store as a kill that goes on.</summary>
    SpooledIntentTakenUp,

    /// <summary>A spooled kill of a run that is over, brought to the store.</summary>
    SpooledIntentMerged,

    /// <summary>The outcome of a kill, where the store was away.</summary>
    OutcomeSpooled,

    /// <summary>What is on record leaves the spool.</summary>
    SpoolSettled,

    /// <summary>The records of the end are gone, and the run directory with them.</summary>
    RecordsDiscarded,

    /// <summary>A run that the end of the boot ended.</summary>
    LossRecorded,

    /// <summary>The end of a launch whose host died before the program started.</summary>
    LaunchUndoRecorded,

    /// <summary>A tree whose adopter died in the middle is back where it was.</summary>
    AdoptionUndone,

    /// <summary>The end of an adoption whose adopter died.</summary>
    AdoptionUndoRecorded,

    /// <summary>Who watches a tree that outlived its host.</summary>
    ReadoptionRecorded,

    /// <summary>What a run did while nobody was there to write it down.</summary>
    FollowingRecorded,

    /// <summary>What a dead process had left of a run that is over.</summary>
    RemainsRecorded,

    /// <summary>Who retries a debt.</summary>
    DebtClaimed,

    /// <summary>What became of a retry.</summary>
    DebtRetryRecorded,

    /// <summary>A debt that may not be retried yet.</summary>
    DebtPutOff,

    /// <summary>That finished runs were forgotten.</summary>
    PruningRecorded,
}
