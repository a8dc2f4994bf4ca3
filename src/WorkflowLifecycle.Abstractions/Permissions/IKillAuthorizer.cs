namespace WorkflowLifecycle;

/// <summary>Who may end which run. To implement; singleton, thread-safe. Several may be registered: one refusal refuses.</summary>
public interface IKillAuthorizer
{
    /// <summary>Decides, from the run's row as it is now. An exception refuses.</summary>
    ValueTask<KillAuthorization> AuthorizeAsync(RunRecord run, KillRequest request, CancellationToken cancellationToken = default);
}
