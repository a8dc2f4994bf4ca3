using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// Runs by their directories, for an emergency while the store is away. Only what this user's own processes launched, only for the store that
/// is away, and only where the directory's word is borne out by its shim or cgroup.
/// </summary>
internal sealed class RunsWithoutStore(IProcessStore store, IContainmentPlatform platform)
{
    private const string Unknown = "unknown";

    /// <summary>The run; null where nothing here proves that there is one. Its row was not read: its version is 0.</summary>
    public RunRecord? Find(RunId runId) => Held().FirstOrDefault(run => run.RunId == runId);

    /// <summary>The runs that were launched directly under a run.</summary>
    public IReadOnlyList<RunRecord> FindBelow(RunId parent) => [.. Held().Where(run => run.ParentRun == parent)];

    private IEnumerable<RunRecord> Held() => RuntimeDirectories.FindRemains(platform.RuntimeRoot)
        .Where(remains => remains.Store is null || remains.Store == store.Location)
        .Select(Describe)
        .OfType<RunRecord>();

    private RunRecord? Describe(RunRemains remains) => RuntimeDirectories.Prove(remains) is { } held ? new RunRecord
    {
        RunId = remains.RunId,
        InternalId = remains.InternalId,
        State = RunState.Running,
        LaunchedBy = remains.LaunchedBy ?? Unknown,
        HostUser = platform.User.Subject,
        ParentRun = remains.ParentRun,
        Program = Unknown,
        WorkingDirectory = "/",

        // Whether its output is to be kept is in the row: what is kept can still be removed.
        Output = OutputMode.Files,
        Host = remains.Host!,
        Containment = held,
        CreatedAt = DateTimeOffset.UnixEpoch,
    } : null;
}
