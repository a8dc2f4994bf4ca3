namespace WorkflowLifecycle.Cli.Json;

/// <summary>A debt in a receipt.</summary>
internal sealed record OpenDebtEntry
{
    public required string DebtId { get; init; }

    public required string Cleaner { get; init; }

    /// <summary>What is to be freed; null when the cleaner has to look for it again.</summary>
    public string? Resource { get; init; }

    public required string Reason { get; init; }

    public int Attempts { get; init; }

    public static OpenDebtEntry Of(CleanupDebt debt) => new()
    {
        DebtId = debt.DebtId,
        Cleaner = debt.Cleaner,
        Resource = debt.Resource?.Name,
        Reason = debt.Reason,
        Attempts = debt.Attempts,
    };
}
