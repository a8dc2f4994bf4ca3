namespace WorkflowLifecycle.Steps;

/// <summary>Hears of every step. What ships hears nothing; a test puts one in its place that ends or holds the process there.</summary>
internal interface IFailpoints
{
    void Reached(PersistedStep step, StepSide side);
}
