namespace WorkflowLifecycle.Cli.Json;

/// <summary>How a run ended, as <c>wait --json</c> prints it.</summary>
internal sealed record RunEnd
{
    public int SchemaVersion { get; init; } = 1;

    public required string RunId { get; init; }

    public required string State { get; init; }

    public int? ExitCode { get; init; }

    public int? ExitSignal { get; init; }

    public EndProof Proof { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public string? KillId { get; init; }

    public string? Failure { get; init; }

    public static RunEnd Of(RunRecord run) => new()
    {
        RunId = run.RunId.Value,
        State = run.State.Name,
        ExitCode = run.ExitCode,
        ExitSignal = run.ExitSignal,
        Proof = run.Proof,
        StartedAt = run.StartedAt?.UtcDateTime,
        EndedAt = run.EndedAt?.UtcDateTime,
        KillId = run.KillId?.ToString(),
        Failure = run.Failure,
    };
}
