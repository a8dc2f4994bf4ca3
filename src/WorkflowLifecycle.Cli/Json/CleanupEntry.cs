namespace WorkflowLifecycle.Cli.Json;

/// <summary>One line of a receipt.</summary>
internal sealed record CleanupEntry
{
    public required string Cleaner { get; init; }

    public required string Outcome { get; init; }

    public IReadOnlyList<string> Found { get; init; } = [];

    public IReadOnlyList<string> Cleaned { get; init; } = [];

    public IReadOnlyList<string> Remaining { get; init; } = [];

    public string? Message { get; init; }

    public double DurationMs { get; init; }

    public static CleanupEntry Of(CleanupResult result) => new()
    {
        Cleaner = result.Cleaner,
        Outcome = result.Outcome,
        Found = result.Found,
        Cleaned = result.Cleaned,
        Remaining = result.Remaining,
        Message = result.Message,
        DurationMs = result.DurationMs,
    };
}
