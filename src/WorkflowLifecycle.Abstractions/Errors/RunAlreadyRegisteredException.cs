namespace WorkflowLifecycle;

/// <summary>The run id was used before. Run ids are never reused.</summary>
public sealed class RunAlreadyRegisteredException : WorkflowLifecycleException
{
    /// <summary>The id and the state of the run that has it.</summary>
    public RunAlreadyRegisteredException(RunId runId, RunState state)
        : base($"The run id '{runId}' is taken by a run that is {state}. Choose another id, or leave it out for a fresh one.")
    {
        RunId = runId;
        State = state;
    }

    /// <summary>The id.</summary>
    public RunId RunId { get; }

    /// <summary>The state of the run that has it.</summary>
    public RunState State { get; }
}
