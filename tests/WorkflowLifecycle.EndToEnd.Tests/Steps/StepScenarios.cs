using static WorkflowLifecycle.Steps.PersistedStep;

namespace WorkflowLifecycle.EndToEnd.Tests.Steps;

/// <summary>Ways through the engine, that all of them together pass every step.</summary>
internal static class StepScenarios
{
    // Work that the kill waits for, and that does not end.
    private const string Works = "exec 9> \"$WORKFLOW_LIFECYCLE_CRITICAL/git\"; flock -s 9; " + StepScenario.Stubborn;

    // A look that is taken for the first time takes long, and who is left is looked for only briefly: the host looks once before.
    private const string LeavesSomebody = "echo ready; sleep 0.7; sleep 1.5 & exit 5";

    private const string Shares = "umask 077; : > \"/dev/shm/$WORKFLOW_LIFECYCLE_SHARED_MEMORY\"; exec 9< \"/dev/shm/$WORKFLOW_LIFECYCLE_SHARED_MEMORY\"; " + StepScenario.Stubborn;

    private static readonly OnHostExit[] _keep = [OnHostExit.Keep];
    private static readonly OnHostExit[] _kill = [OnHostExit.Kill];

    public static IReadOnlyList<StepScenario> All { get; } =
    [
        new("launch", "launch,running", RunRegistered, ResourcesProvided, ContainmentPrepared, ContainmentRecorded, GateOpened, StartRecorded, SignRecorded),
        new("launch that fails", "launch", LaunchFailureRecorded) { Options = ["fail=GateOpened:Before"], Policies = _kill },
        new("launch that fails in vain", "gatekill", LaunchRemainsRecorded) { Options = ["hold=GateOpened:Before:1200"], Policies = _kill },
        new("launch whose provider is late", "launch", LateResourcesOwed) { Options = ["marker", "delay=600"], After = "debts marker", Policies = _kill },
        new("run that is watched", "launch,running", ResourcesRecorded) { Script = Shares, Options = ["memory"], Policies = _keep },
        new("run that loses its shim", "launch,running,loseshim", HolderLossRecorded) { Policies = _kill },
        new("end", "launch,running,inspect,wait", MainExitRecorded, EndRecorded, ResourcesCleaned, ContainmentFreed, RecordsDiscarded) { Script = LeavesSomebody, Options = ["leftovers"] },
        new("graceful kill", "launch,running,graceful", IntentRecorded, LeaveSignalled, LeaveRecorded, EndOrdered, EndProven, ResourcesCleaned, ContainmentFreed, OutcomeRecorded, RecordsDiscarded)
        {
            Options = ["grace=0.3"],
        },
        new("graceful kill that waits", "launch,running,graceful", WaitingRecorded, EvidenceStored) { Script = Works, Options = ["grace=3"] },
        new("emergency kill", "launch,running,emergency", IntentRecorded, EndOrdered, EndProven, ResourcesCleaned, ContainmentFreed, OutcomeRecorded, RecordsDiscarded),
        new("emergency kill with its intent spooled", "launch,running,emergency", IntentSpooled, EndOrdered, ContainmentFreed, OutcomeRecorded, RecordsDiscarded)
        {
            Options = ["hold=IntentRecorded:Before:600"],
        },
        new("kill that is not confirmed", "launch,running,emergency", UnconfirmedRecorded) { Options = ["cancel=EndProven:Before"] },
        new("kill that is escalated", "launch,running,escalate", EscalationRecorded) { Options = ["grace=5"] },
        new("kill that is joined", "launch,running,join", RequestRecorded) { Options = ["grace=0.5"] },
        new("kill that is not permitted", "launch,running,deny", DenialRecorded),
        new("kill that is refused", "launch,running,graceful", RefusalRecorded) { Options = ["hold=IntentRecorded:Before:600"] },
        new("kill that is refused too late", "launch,running,graceful", IntentWithdrawn) { Options = ["hold=IntentRecorded:After:800"] },
        new("kill that goes on when it is asked for", "graceful", ResumptionRecorded)
        {
            Before = ["do=launch,running,graceful die=IntentRecorded:After"],
            Options = ["grace=0.3", "norecover"],
            Policies = _keep,
        },
        new("kill that goes on unasked", "show", ResumptionRecorded) { Before = ["do=launch,running,graceful die=IntentRecorded:After"], Policies = _keep },
        new("outcome that is spooled", "launch,running,emergency", OutcomeSpooled) { Options = ["fail=OutcomeRecorded:Before"] },
        new("spooled outcome that is found", "show", SpooledIntentMerged, SpoolSettled)
        {
            Before = ["do=launch,running,emergency fail=OutcomeRecorded:Before die=OutcomeSpooled:After"],
        },
        new("spooled intent that is taken up", "show", SpooledIntentTakenUp, SpoolSettled)
        {
            Before = ["do=launch,running,emergency hold=IntentRecorded:Before:600 die=IntentSpooled:After"],
        },
        new("launch that is undone", "show", LaunchUndoRecorded) { Before = ["do=launch die=ResourcesProvided:After"] },
        new("run that is followed", "show", FollowingRecorded) { Before = ["do=launch die=StartRecorded:After"], Policies = _keep },
        new("run that is watched again", "show", ReadoptionRecorded) { Before = ["do=launch,running die=SignRecorded:After"], Policies = _keep },
        new("run that is lost", "show", LossRecorded) { Before = ["do=launch,running,deny die=DenialRecorded:After"], Policies = _kill, Restarts = true },
        new("remains that are swept", "show", RemainsRecorded) { Before = ["do=launch,running,emergency die=OutcomeRecorded:After"] },
        new("debt", "debts", DebtClaimed, DebtRetryRecorded) { Before = ["do=launch,running marker die=SignRecorded:After", "do=show"], Options = ["marker"], After = "debts marker", Policies = _kill },
        new("debt that nobody may settle", "debts", DebtPutOff)
        {
            Before = ["do=launch,running,loseshim reaper die=HolderLossRecorded:After", "do=emergency reaper norecover"],
            Options = ["reaper"],
            Policies = _kill,
            IsProven = false,
        },
        new("kill whose outcome is written twice", "emergency", LateDebtsRecorded)
        {
            Before = ["do=launch,running marker die=SignRecorded:After"],
            Options = ["fail=OutcomeRecorded:After", "norecover"],
            After = "debts marker",
            Policies = _keep,
        },
        new("retention", "launch,running,emergency,prune", PruningRecorded) { Policies = _kill },
        new("adoption", "adopt", AdoptionRegistered, AdoptionPrepared, AdoptionContainmentRecorded, AdoptionHeld, AdoptionRecorded) { Adopts = true, Policies = _keep },
        new("adoption that fails", "adopt", AdoptionReverted, AdoptionFailureRecorded) { Adopts = true, Options = ["fail=AdoptionRecorded:Before"], Policies = _keep },
        new("adoption that is undone", "show", AdoptionUndone, AdoptionUndoRecorded) { Adopts = true, Before = ["do=adopt die=AdoptionHeld:After"], Policies = _keep },
        new("adoption that is refused", "adopt", AdoptionRefusalRecorded) { AdoptsUs = true, Policies = _keep },
    ];
}
