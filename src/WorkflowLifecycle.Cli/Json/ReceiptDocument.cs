namespace WorkflowLifecycle.Cli.Json;

/// <summary>The receipt of a run's end as <c>show --receipt --json</c> prints it.</summary>
internal sealed record ReceiptDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public required string State { get; init; }

    /// <summary>The kill that ended it; null when it ended by itself.</summary>
    public string? KillId { get; init; }

    public DateTime? At { get; init; }

    public IReadOnlyList<CleanupEntry> Cleanup { get; init; } = [];

    /// <summary>What is not free to this day.</summary>
    public IReadOnlyList<OpenDebtEntry> OpenDebts { get; init; } = [];

    public static ReceiptDocument Of(RunRecord run, RunReceipt? receipt, IReadOnlyList<CleanupDebt> debts) => new()
    {
        RunId = run.RunId.Value,
        State = run.State.Name,
        KillId = receipt?.KillId?.ToString(),
        At = receipt?.At.UtcDateTime,
        Cleanup = [.. (receipt?.Cleanup ?? []).Select(CleanupEntry.Of)],
        OpenDebts = [.. debts.Select(OpenDebtEntry.Of)],
    };
}
