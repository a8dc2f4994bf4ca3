namespace WorkflowLifecycle.Processes;

/// <summary>A containment before its gate: all is ready, nothing of the program has run. Disposing without <see cref="GoAsync"/> leaves nothing.</summary>
public interface IPreparedRun : IAsyncDisposable
{
    /// <summary>What must be durable before the gate opens.</summary>
    ContainmentRecord Containment { get; }

    /// <summary>Opens the gate. Returns once the program executes.</summary>
    /// <exception cref="LaunchFailedException">It does not; nothing is left.</exception>
    Task<IHeldRun> GoAsync(CancellationToken cancellationToken = default);
}
