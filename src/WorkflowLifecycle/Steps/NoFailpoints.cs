namespace WorkflowLifecycle.Steps;

/// <summary>What ships.</summary>
internal sealed class NoFailpoints : IFailpoints
{
    public void Reached(PersistedStep step, StepSide side)
    {
    }
}
