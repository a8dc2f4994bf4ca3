using System.Globalization;
using System.Text.Json;

namespace WorkflowLifecycle;

/// <summary>What a payload of canonical form 1 says.</summary>
internal sealed record AuditChainPayload
{
    public required string ChainId { get; init; }

    public required long Sequence { get; init; }

    public required string Stage { get; init; }

    public required DateTimeOffset At { get; init; }

    public RunId? RunId { get; init; }

    public KillId? KillId { get; init; }

    public string? ActorCommitment { get; init; }

    public string? ReasonCommitment { get; init; }

    public required IReadOnlyDictionary<string, string> Details { get; init; }

    public static AuditChainPayload Parse(string payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            return Parse(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not JSON, a member that is not there, a member of another type.
            throw new FormatException("The payload of the audit entry is not of a canonical form that this version knows.", fault);
        }
    }

    private static AuditChainPayload Parse(JsonElement root)
    {
        Dictionary<string, string> details = [];
        foreach (JsonProperty detail in root.GetProperty("details").EnumerateObject())
        {
            details[detail.Name] = Text(detail.Value);
        }

        string? runId = root.GetProperty("runId").GetString();
        string? killId = root.GetProperty("killId").GetString();
        return new AuditChainPayload
        {
            ChainId = Text(root.GetProperty("chainId")),
            Sequence = root.GetProperty("sequence").GetInt64(),
            Stage = Text(root.GetProperty("stage")),
            At = DateTimeOffset.Parse(
                Text(root.GetProperty("at")), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            RunId = runId is null ? null : WorkflowLifecycle.RunId.Parse(runId),
            KillId = killId is null ? null : WorkflowLifecycle.KillId.Parse(killId),
            ActorCommitment = root.GetProperty("actor").GetString(),
            ReasonCommitment = root.GetProperty("reason").GetString(),
            Details = details,
        };
    }

    private static string Text(JsonElement element) => element.GetString() ?? throw new InvalidOperationException("Null where a text was expected.");
}
