namespace WorkflowLifecycle.Steps;

/// <summary>Where of a step.</summary>
internal enum StepSide
{
    /// <summary>Nothing of it is durable.</summary>
    Before,

    /// <summary>It is durable, and its caller has not heard of it.</summary>
    After,
}
