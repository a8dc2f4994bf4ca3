namespace WorkflowLifecycle;

/// <summary>The kinds of <see cref="HealthFinding"/>.</summary>
public static class HealthFindings
{
    /// <summary>A resource of a run that is over has not been free for longer than <see cref="WorkflowLifecycleOptions.DebtAlarmAge"/>.</summary>
    public const string DebtOverdue = "debt-overdue";

    /// <summary>The store cannot be read.</summary>
    public const string StoreUnavailable = "store-unavailable";
}
