namespace WorkflowLifecycle;

/// <summary>Figures over a span of time: what was stuck, how long kills took, what was cleaned, what is not in the audit.</summary>
public interface ILifecycleStatistics
{
    /// <summary>Reads them. It costs what lies in the span, not what lies beside it.</summary>
    /// <exception cref="ArgumentException">The span is empty.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    Task<LifecycleStatistics> ReadAsync(StatisticsQuery query, CancellationToken cancellationToken = default);
}
