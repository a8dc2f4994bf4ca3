using Microsoft.Extensions.Logging;

namespace WorkflowLifecycle.Telemetry;

/// <summary>Every message of the engine, with its stable id: 1xx registry, 2xx launching, 3xx killing (34x what a program says of itself), 4xx recovery.</summary>
internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Debug, "Store {Location} opened; run directories below {RuntimeRoot}")]
    public static partial void StoreOpened(ILogger logger, string location, string runtimeRoot);

    [LoggerMessage(102, LogLevel.Warning, "Runs are kept in memory only: nothing is known after a restart. Call UseSqliteStore(path).")]
    public static partial void StoreIsInMemory(ILogger logger);

    [LoggerMessage(103, LogLevel.Debug, "Store {Location} is not announced to workflowctl: {Problem}")]
    public static partial void StoreNotAnnounced(ILogger logger, string location, string problem);

    [LoggerMessage(104, LogLevel.Debug, "What became of run {RunId} is still to be written: {Problem}")]
    public static partial void StoreStillAway(ILogger logger, RunId runId, string problem);

    [LoggerMessage(105, LogLevel.Warning, "The store did not take an entry about run {RunId}; it is tried again as long as this process lives")]
    public static partial void WrittenLater(ILogger logger, RunId runId, Exception exception);

    [LoggerMessage(201, LogLevel.Debug, "Run {RunId} launched: {Program}, pid {Pid}, strength {Strength}")]
    public static partial void Launched(ILogger logger, RunId runId, string program, int pid, ContainmentStrength strength);

    [LoggerMessage(202, LogLevel.Debug, "Run {RunId} was not launched: {Reason}")]
    public static partial void LaunchFailed(ILogger logger, RunId runId, string reason);

    [LoggerMessage(203, LogLevel.Warning, "Runs are held at strength {Strength}: {Why}")]
    public static partial void WeakStrength(ILogger logger, ContainmentStrength strength, string why);

    [LoggerMessage(204, LogLevel.Warning, "The holder of run {RunId} is gone: its strength is now {Strength}")]
    public static partial void HolderLost(ILogger logger, RunId runId, ContainmentStrength strength);

    [LoggerMessage(205, LogLevel.Error, "Watching run {RunId} failed; another process can still end it")]
    public static partial void WatchFailed(ILogger logger, RunId runId, Exception exception);

    [LoggerMessage(301, LogLevel.Information, "Kill {KillId} of run {RunId} ({Mode}) asked for by {Actor}: {Reason}")]
    public static partial void KillIntent(ILogger logger, KillId killId, RunId runId, KillMode mode, string actor, string reason);

    [LoggerMessage(302, LogLevel.Information, "Kill {KillId} of run {RunId}: {Outcome}, proof {Proof}, {DurationMs:0.0} ms")]
    public static partial void KillCompleted(ILogger logger, KillId killId, RunId runId, KillOutcome outcome, EndProof proof, double durationMs);

    [LoggerMessage(303, LogLevel.Error, "Kill {KillId} of run {RunId} is unconfirmed: {Survivors} processes are still there; it goes on")]
    public static partial void KillUnconfirmed(ILogger logger, KillId killId, RunId runId, int survivors);

    [LoggerMessage(304, LogLevel.Warning, "Kill of run {RunId} refused to {Actor}: {Missing}")]
    public static partial void KillDenied(ILogger logger, RunId runId, string actor, string missing);

    [LoggerMessage(305, LogLevel.Error, "Kill {KillId} of run {RunId} was interrupted; it is resumed by the next process that looks at the run")]
    public static partial void KillInterrupted(ILogger logger, KillId killId, RunId runId, Exception exception);

    [LoggerMessage(306, LogLevel.Error, "Authorizer {Authorizer} failed for run {RunId}; the kill is refused")]
    public static partial void AuthorizerFailed(ILogger logger, RunId runId, string authorizer, Exception exception);

    [LoggerMessage(307, LogLevel.Error, "Kill {KillId} of run {RunId}: the store did not take what was done")]
    public static partial void KillNotRecorded(ILogger logger, KillId killId, RunId runId, Exception exception);

    [LoggerMessage(308, LogLevel.Warning, "Kill {KillId} of run {RunId} was refused, and the store took its intent afterwards: withdrawn, nothing was signalled")]
    public static partial void KillWithdrawn(ILogger logger, KillId killId, RunId runId);

    [LoggerMessage(309, LogLevel.Warning, "What run {RunId} consisted of could not be read before its kill; it is ended all the same")]
    public static partial void LookFailed(ILogger logger, RunId runId, Exception exception);

    [LoggerMessage(310, LogLevel.Warning, "Shutdown phase {Phase} failed for run {RunId}; the kill goes on without it")]
    public static partial void PhaseFailed(ILogger logger, string phase, RunId runId, Exception exception);

    [LoggerMessage(311, LogLevel.Warning, "Shutdown phase {Phase} did not stop at its ceiling for run {RunId}; the kill goes on without it")]
    public static partial void PhaseHangs(ILogger logger, string phase, RunId runId);

    [LoggerMessage(312, LogLevel.Error, "Kill {KillId} of run {RunId}: telling the program to leave failed; the kill goes on with SIGKILL")]
    public static partial void PoliteStepsFailed(ILogger logger, KillId killId, RunId runId, Exception exception);

    [LoggerMessage(313, LogLevel.Debug, "What kill {KillId} of run {RunId} waits for was not told: {Why}")]
    public static partial void RemarkLost(ILogger logger, KillId killId, RunId runId, string why);

    [LoggerMessage(314, LogLevel.Warning, "The outcome of kill {KillId} of run {RunId} is not on record yet; it was answered without")]
    public static partial void KillRecordedLater(ILogger logger, KillId killId, RunId runId);

    [LoggerMessage(315, LogLevel.Warning, "The outcome of kill {KillId} is not on record at the end of this process; who goes on with the run derives it from what the run left")]
    public static partial void KillLeftUnrecorded(ILogger logger, KillId killId);

    [LoggerMessage(360, LogLevel.Warning, "Evidence of {What} of run {RunId} could not be taken; the kill goes on")]
    public static partial void EvidenceFailed(ILogger logger, string what, RunId runId, Exception exception);

    [LoggerMessage(361, LogLevel.Warning, "Evidence of {What} of run {RunId} was not there at the ceiling; it is done without")]
    public static partial void EvidenceHangs(ILogger logger, string what, RunId runId);

    [LoggerMessage(362, LogLevel.Warning, "Evidence of run {RunId} was not stored")]
    public static partial void EvidenceNotStored(ILogger logger, RunId runId, Exception exception);

    [LoggerMessage(350, LogLevel.Information, "Host shutdown: {Count} runs are ended, at most {Seconds:0.#} s until SIGKILL")]
    public static partial void RunsEnding(ILogger logger, int count, double seconds);

    [LoggerMessage(351, LogLevel.Information, "Host shutdown: {Left} runs had left by themselves and {Killed} were killed, {Seconds:0.0} s after it began; child runs are with their parents")]
    public static partial void RunsEnded(ILogger logger, int left, int killed, double seconds);

    [LoggerMessage(352, LogLevel.Information, "Host shutdown: {Count} runs are handed over: they go on without this host")]
    public static partial void RunsHandedOver(ILogger logger, int count);

    [LoggerMessage(353, LogLevel.Warning, "Host shutdown was shorter than what phases may need: {Shortfall}. Raise HostShutdownGrace, and the host's shutdown time-out above it.")]
    public static partial void ShutdownShortfall(ILogger logger, string shortfall);

    [LoggerMessage(354, LogLevel.Warning, "Host shutdown: run {RunId} is ended at once: {Why}")]
    public static partial void RunEndedAtOnce(ILogger logger, RunId runId, string why);

    [LoggerMessage(355, LogLevel.Error, "Host shutdown: run {RunId} was not ended: {Why}")]
    public static partial void RunNotEnded(ILogger logger, RunId runId, string why);
    [LoggerMessage(340, LogLevel.Debug, "Run {RunId} said which process its main one is (MAINPID); the root program is known, and that is ignored")]
    public static partial void MainPidIgnored(ILogger logger, RunId runId);

    [LoggerMessage(341, LogLevel.Warning, "Run {RunId} writes faster than its output can be searched for the pattern of its readiness, and a part is left out. Declare a simpler pattern, or Readiness.Notify()")]
    public static partial void OutputNotSearched(ILogger logger, RunId runId);

    [LoggerMessage(401, LogLevel.Information, "Run {RunId} was found {State}: {Why}")]
    public static partial void Reconciled(ILogger logger, RunId runId, RunState state, string why);

    [LoggerMessage(402, LogLevel.Warning, "The records of run {RunId} in {RunDirectory} were not removed: {Problem}")]
    public static partial void RecordsKept(ILogger logger, RunId runId, string runDirectory, string problem);

    [LoggerMessage(403, LogLevel.Information, "Run {RunId} was over and not cleaned to the end; it is now")]
    public static partial void Swept(ILogger logger, RunId runId);

    [LoggerMessage(404, LogLevel.Warning, "Looking for what runs left behind below {RuntimeRoot} failed; the next start looks again")]
    public static partial void SweepFailed(ILogger logger, string runtimeRoot, Exception exception);

    [LoggerMessage(405, LogLevel.Warning, "The adoption of run {RunId}, whose adopter died, could not be undone; the next look tries again: {Problem}")]
    public static partial void AdoptionNotUndone(ILogger logger, RunId runId, string problem);

    [LoggerMessage(406, LogLevel.Information, "Run {RunId} adopted {Processes} processes below {Pid} at {Strength}, for {Actor}: {Reason}")]
    public static partial void Adopted(ILogger logger, RunId runId, int processes, int pid, ContainmentStrength strength, string actor, string reason);

    [LoggerMessage(407, LogLevel.Warning, "Run {RunId} was not adopted: {Why}")]
    public static partial void AdoptionFailed(ILogger logger, RunId runId, string why);

    [LoggerMessage(410, LogLevel.Information, "The runs in {Store} were held against reality by process {Pid}: {Outcomes}")]
    public static partial void Recovered(ILogger logger, string store, int pid, string outcomes);

    [LoggerMessage(411, LogLevel.Warning, "Run {RunId} is left as it is: nothing can be told of it from here, {Why}")]
    public static partial void RowLeftAlone(ILogger logger, RunId runId, string why);

    [LoggerMessage(412, LogLevel.Warning, "Run {RunId} could not be held against reality; the next look tries again")]
    public static partial void RowNotSettled(ILogger logger, RunId runId, Exception exception);

    [LoggerMessage(413, LogLevel.Warning, "The runs in {Store} could not all be held against reality; each is when somebody looks at it")]
    public static partial void RecoveryFailed(ILogger logger, string store, Exception exception);

    [LoggerMessage(414, LogLevel.Information, "{Runs} runs were held against reality, then the {Seconds:0.#} s for it were up; the next process goes on")]
    public static partial void RecoveryCutShort(ILogger logger, int runs, double seconds);

    [LoggerMessage(415, LogLevel.Warning, "Kill {KillId} of run {RunId} ({Mode}, by {RequestedBy}) was interrupted and is carried on; {Seconds:0.#} s of its grace are left")]
    public static partial void KillTakenUp(ILogger logger, KillId killId, RunId runId, KillMode mode, string requestedBy, double seconds);

    [LoggerMessage(416, LogLevel.Information, "Run {RunId} (process {Pid}), which outlived its host {HostPid}, is watched here from now on; it is {State}")]
    public static partial void ReAdopted(ILogger logger, RunId runId, int pid, int hostPid, RunState state);

    [LoggerMessage(420, LogLevel.Warning, "The emergency spool {Path} is not ready: {Problem}. Without it a kill is refused while the store is away")]
    public static partial void SpoolNotReady(ILogger logger, string path, string problem);

    [LoggerMessage(421, LogLevel.Error, "The outcome of kill {KillId} of run {RunId} is neither on record nor in the emergency spool: {Problem}")]
    public static partial void OutcomeNotSpooled(ILogger logger, KillId killId, RunId runId, string problem);

    [LoggerMessage(422, LogLevel.Information, "Kill {KillId} of run {RunId} came on record from the emergency spool")]
    public static partial void SpoolMerged(ILogger logger, KillId killId, RunId runId);

    [LoggerMessage(423, LogLevel.Debug, "The emergency spool waits for the store: {Problem}")]
    public static partial void SpoolWaits(ILogger logger, string problem);

    [LoggerMessage(424, LogLevel.Warning, "The emergency spool was not merged; it is tried again")]
    public static partial void SpoolNotMerged(ILogger logger, Exception exception);

    [LoggerMessage(425, LogLevel.Warning, "The row of run {RunId} could not be read; the emergency goes by its directory {RunDirectory}: {Why}")]
    public static partial void RunFoundWithoutStore(ILogger logger, RunId runId, string runDirectory, string why);

    [LoggerMessage(501, LogLevel.Information, "The cleaner '{Cleaner}' could not look at run {RunId} before its end, and looks after it: {Why}")]
    public static partial void CleanerLookFailed(ILogger logger, string cleaner, RunId runId, string why);

    [LoggerMessage(504, LogLevel.Warning, "The cleaner '{Cleaner}' could not look at run {RunId} while it goes on; it is asked again, and not told again: {Why}")]
    public static partial void WatcherFailed(ILogger logger, string cleaner, RunId runId, string why);

    [LoggerMessage(505, LogLevel.Error, "The watching of what runs have met something unexpected, and goes on")]
    public static partial void WatchingFailed(ILogger logger, Exception exception);

    [LoggerMessage(510, LogLevel.Information, "Debt {DebtId} of run {RunId} is settled, {Cleaner}: {Resource}, after {Attempts} retries")]
    public static partial void DebtSettled(ILogger logger, string debtId, RunId runId, string cleaner, string resource, int attempts);

    [LoggerMessage(511, LogLevel.Debug, "Debt {DebtId} of run {RunId} remains, {Cleaner}: {Resource}; due again at {NextAttemptAt:O}: {Why}")]
    public static partial void DebtRemains(ILogger logger, string debtId, RunId runId, string cleaner, string resource, DateTimeOffset nextAttemptAt, string? why);

    [LoggerMessage(512, LogLevel.Warning, "Debt {DebtId} of run {RunId} is overdue, {Cleaner}: {Resource} is not free for {Age} and after {Attempts} retries: {Reason}")]
    public static partial void DebtOverdue(ILogger logger, string debtId, RunId runId, string cleaner, string resource, TimeSpan age, int attempts, string reason);

    [LoggerMessage(513, LogLevel.Warning, "What runs left to be freed was not retried; it is tried again")]
    public static partial void DebtsNotRetried(ILogger logger, Exception exception);

    [LoggerMessage(520, LogLevel.Information, "{Runs} runs that ended before {EndedBefore:O} were forgotten, {Directories} with their directories; {Kept} stay")]
    public static partial void RunsForgotten(ILogger logger, int runs, DateTimeOffset endedBefore, int directories, int kept);

    [LoggerMessage(521, LogLevel.Warning, "Runs that are over for long were not forgotten; it is tried again tomorrow, or by 'workflowctl prune'")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);

    [LoggerMessage(502, LogLevel.Warning, "The cleaner '{Cleaner}' failed for run {RunId}; what it left is retried. {Exception}: {Why}")]
    public static partial void CleanerFailed(ILogger logger, string cleaner, RunId runId, string exception, string why);

    [LoggerMessage(503, LogLevel.Warning, "What the cleaner '{Cleaner}' says of run {RunId} is left out: the redactor failed with {Exception}")]
    public static partial void CleanupNotRedacted(ILogger logger, string cleaner, RunId runId, string exception);
}
