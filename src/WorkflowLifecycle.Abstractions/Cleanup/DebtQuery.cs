namespace WorkflowLifecycle;

/// <summary>Which debts to list. Every condition that is set must hold.</summary>
public sealed record DebtQuery
{
    /// <summary>The longest list, and the default.</summary>
    public const int MaximumLimit = 500;

    /// <summary>These debts by id; empty = any.</summary>
    public IReadOnlyList<string> DebtIds { get; init; } = [];

    /// <summary>Debts of this run.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Debts on this machine.</summary>
    public string? HostId { get; init; }

    /// <summary>Debts of these cleaners, by name; empty = any.</summary>
    public IReadOnlyList<string> Cleaners { get; init; } = [];

    /// <summary>Due at this instant or earlier. Where it is set, the list begins with the one due first instead of the oldest.</summary>
    public DateTimeOffset? DueBy { get; init; }

    /// <summary>Arisen before this instant.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>False (default) leaves out what is settled.</summary>
    public bool IncludeSettled { get; init; }

    /// <summary>How many at most, 1 to <see cref="MaximumLimit"/>.</summary>
    public int Limit { get; init; } = MaximumLimit;
}
