namespace WorkflowLifecycle;

/// <summary>The kinds of <see cref="HealthFinding"/>.</summary>
public static class HealthFindings
{
    /// <summary>A resource of a run that is over has not been free for longer than <see cref="WorkflowLifecycleOptions.DebtAlarmAge"/>.</summary>
    public const string DebtOverdue = "debt-overdue";

    /// <summary>The end of a run could not be confirmed: its tree is past the ceiling of its kill and still there.</summary>
    public const string KillUnconfirmed = "kill-unconfirmed";

    /// <summary>The emergency spool has entries that are torn, altered or missing.</summary>
    public const string SpoolDamaged = "spool-damaged";

    /// <summary>The emergency spool holds what no store has taken yet.</summary>
    public const string SpoolPending = "spool-pending";

    /// <summary>Trees are held less firmly here than <see cref="WorkflowLifecycleOptions.MinimumStrength"/> asks for.</summary>
    public const string StrengthTooLow = "strength-too-low";

    /// <summary>The store cannot be read.</summary>
    public const string StoreUnavailable = "store-unavailable";
}
