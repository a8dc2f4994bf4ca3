namespace WorkflowLifecycle.Cli.Json;

/// <summary>A debt, as <c>debts --json</c> prints it.</summary>
internal sealed record DebtLine
{
    public int SchemaVersion { get; init; } = 1;

    public required string DebtId { get; init; }

    public required string RunId { get; init; }

    public string? KillId { get; init; }

    public required string Cleaner { get; init; }

    /// <summary>What is to be freed; null when the cleaner has to look for it again.</summary>
    public string? Resource { get; init; }

    public string? Note { get; init; }

    public required string Reason { get; init; }

    public required string HostId { get; init; }

    public required DateTime CreatedAt { get; init; }

    public int Attempts { get; init; }

    public DateTime? LastAttemptAt { get; init; }

    public required DateTime NextAttemptAt { get; init; }

    public DateTime? SettledAt { get; init; }

    /// <summary>What became of it just now; null where it was only listed.</summary>
    public DebtRetryOutcome? Outcome { get; init; }

    public string? Message { get; init; }

    public static DebtLine Of(CleanupDebt debt) => new()
    {
        DebtId = debt.DebtId,
        RunId = debt.RunId.Value,
        KillId = debt.KillId?.ToString(),
        Cleaner = debt.Cleaner,
        Resource = debt.Resource?.Name,
        Note = debt.Resource?.Note,
        Reason = debt.Reason,
        HostId = debt.HostId,
        CreatedAt = debt.CreatedAt.UtcDateTime,
        Attempts = debt.Attempts,
        LastAttemptAt = debt.LastAttemptAt?.UtcDateTime,
        NextAttemptAt = debt.NextAttemptAt.UtcDateTime,
        SettledAt = debt.SettledAt?.UtcDateTime,
    };

    public static DebtLine Of(DebtRetry retry) => Of(retry.Debt) with { Outcome = retry.Outcome, Message = retry.Message };
}
