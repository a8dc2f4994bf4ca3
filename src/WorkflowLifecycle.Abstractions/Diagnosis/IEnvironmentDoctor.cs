namespace WorkflowLifecycle;

/// <summary>Tells how firmly trees can be held here, and what to change. To call, not to implement.</summary>
public interface IEnvironmentDoctor
{
    /// <summary>Looks, by doing: a probe run is held and ended. Changes nothing that stays.</summary>
    Task<EnvironmentReport> ExamineAsync(CancellationToken cancellationToken = default);
}
