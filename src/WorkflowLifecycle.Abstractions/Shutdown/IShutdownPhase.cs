namespace WorkflowLifecycle;

/// <summary>
/// A phase of a graceful shutdown. To implement: it will not grow members. One instance serves all kills of the host at once, and a kill
/// that is resumed runs it again. It never signals: that is the kill's. What it throws, and what it hangs on, costs only its own line in
/// the report. The conformance suite in WorkflowLifecycle.Testing.Conformance is its contract.
/// </summary>
public interface IShutdownPhase
{
    /// <summary>Its name in rows and reports: 1 to 40 of <c>a-z</c>, <c>0-9</c> and <c>-</c>, unique in the host.</summary>
    string Name { get; }

    /// <summary>When it has its turn.</summary>
    ShutdownStage Stage { get; }

    /// <summary>The longest it may take, from the beginning of its stage; above 0, at most 24 h. A grace period and the operator's cap lower it.</summary>
    TimeSpan Ceiling { get; }

    /// <summary>
    /// One look from outside: what is in flight now. At most 100 ms, after which the answer is not waited for. For phases of
    /// <see cref="ShutdownStage.Quiesce"/> also while the tree is frozen; the others may return an empty list.
    /// </summary>
    ValueTask<IReadOnlyList<InFlightWork>> InspectAsync(ShutdownContext context, CancellationToken cancellationToken = default);

    /// <summary>
    /// Does what the phase is for. Of <see cref="ShutdownStage.Quiesce"/>: called when a look found something in flight, and returns once that is
    /// done; called again when a look at the frozen tree found more.
    /// </summary>
    /// <param name="context">The shutdown. Tell <see cref="ShutdownContext.WaitFor"/> what is waited for.</param>
    /// <param name="cancellationToken">
    /// Fires at the ceiling, and in the stages <see cref="ShutdownStage.Quiesce"/> and <see cref="ShutdownStage.Terminate"/> also on escalation and at the
    /// end of the tree; the other stages are only no longer waited for then.
    /// </param>
    Task ExecuteAsync(ShutdownContext context, CancellationToken cancellationToken);
}
