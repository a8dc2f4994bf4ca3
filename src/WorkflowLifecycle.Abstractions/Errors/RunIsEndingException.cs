namespace WorkflowLifecycle;

/// <summary>The run is being ended, or is over: nothing new is begun for it.</summary>
public sealed class RunIsEndingException(RunId runId, RunState state)
    : WorkflowLifecycleException($"Run {runId} is {state}: no critical section is entered any more. Stop here, or finish in a section that was entered before.")
{
    /// <summary>The run.</summary>
    public RunId RunId { get; } = runId;

    /// <summary>Where it stands.</summary>
    public RunState State { get; } = state;
}
