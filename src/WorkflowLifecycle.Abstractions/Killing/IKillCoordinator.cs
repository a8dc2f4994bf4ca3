namespace WorkflowLifecycle;

/// <summary>The one gate through which runs are ended. To call, not to implement.</summary>
public interface IKillCoordinator
{
    /// <summary>What a kill would end, wait for and clean.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<KillPreview> PreviewAsync(RunId runId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends a run and its child runs, of all levels: a graceful kill the deepest first (see <see cref="WorkflowLifecycleOptions.ChildRunsFirst"/>), an
    /// emergency all side by side. Joins a kill under way, and escalates a weaker one. Refusals and survivors are outcomes.
    /// A cancelled token ends the wait, never the kill.
    /// </summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    /// <exception cref="StoreUnavailableException">A graceful kill whose intent could not be made durable; nothing was signalled.</exception>
    Task<KillReport> KillAsync(RunId runId, KillRequest request, CancellationToken cancellationToken = default);

    /// <summary>Ends exactly these runs, side by side. Reports in the order asked for.</summary>
    /// <exception cref="RunNotFoundException">One of them is not known; nothing was signalled.</exception>
    Task<IReadOnlyList<KillReport>> KillManyAsync(IReadOnlyList<RunId> runIds, KillRequest request, CancellationToken cancellationToken = default);

    /// <summary>Starts a kill and returns once its intent is durable; the kill goes on.</summary>
    /// <exception cref="RunNotFoundException">No such run.</exception>
    Task<KillId> BeginKillAsync(RunId runId, KillRequest request, CancellationToken cancellationToken = default);

    /// <summary>The report of a kill, or null while there is none.</summary>
    Task<KillReport?> FindReportAsync(KillId killId, CancellationToken cancellationToken = default);
}
