namespace WorkflowLifecycle.Killing;

/// <summary>Names of the steps of a kill, in reports and spans.</summary>
internal static class KillSteps
{
    public const string Look = "look";
    public const string Intent = "intent";
    public const string ChildRuns = "child-runs";
    public const string Evidence = "evidence";
    public const string Quiesce = "quiesce";
    public const string SafePoint = "safe-point";
    public const string Terminate = "terminate";
    public const string Kill = "kill";
    public const string Prove = "prove";
    public const string Clean = "clean";
    public const string Record = "record";
}
