namespace WorkflowLifecycle;

/// <summary>Says what somebody should look at. Plain data: adapters make health checks of it.</summary>
public interface ILifecycleHealth
{
    /// <summary>Looks now. A store that cannot be read is a finding, not an exception.</summary>
    Task<LifecycleHealthReport> ReadAsync(CancellationToken cancellationToken = default);
}
