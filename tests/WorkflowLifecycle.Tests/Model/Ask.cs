namespace WorkflowLifecycle.Tests.Model;

/// <summary>A kill that somebody asked for.</summary>
/// <param name="Host">Whom.</param>
/// <param name="RunId">Of which run.</param>
/// <param name="IsStranger">By somebody who may not.</param>
/// <param name="Answer">The answer.</param>
internal sealed record Ask(SimulatedHost Host, RunId RunId, bool IsStranger, Task<KillReport> Answer);
