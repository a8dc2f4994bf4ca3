namespace WorkflowLifecycle;

/// <summary>What runs that are over have left to be freed.</summary>
public sealed record DebtHealth
{
    /// <summary>Open debts: at most <see cref="DebtQuery.MaximumLimit"/> are counted.</summary>
    public int Open { get; init; }

    /// <summary>Those that are open for longer than <see cref="WorkflowLifecycleOptions.DebtAlarmAge"/>.</summary>
    public int Overdue { get; init; }
}
