using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkflowLifecycle.Spooling;

/// <summary>The form of an entry. A newer version only adds to it.</summary>
internal static class SpooledKillJson
{
    private const int LongestMessage = 250;
    private const int LongestSubject = 200;

    // Letters as they are, so that the longest reason has room in any script; nobody shows this in a page.
    private static readonly JsonWriterOptions _form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Write(SpooledKill spooled)
    {
        ArrayBufferWriter<byte> bytes = new(1024);
        using Utf8JsonWriter json = new(bytes, _form);
        KillRecord kill = spooled.Kill;
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 1);
        json.WriteString("kind", spooled.Report is null ? "intent" : "outcome");
        json.WriteString("store", spooled.Store);
        json.WriteString("killId", kill.KillId.ToString());
        json.WriteString("runId", kill.RunId.Value);
        json.WriteString("internalId", spooled.InternalId);
        json.WriteString("mode", kill.Mode.ToString());
        json.WriteString("reason", kill.Reason);
        json.WriteString("requestedBy", Cut(kill.RequestedBy, LongestSubject));
        json.WriteString("requestedAt", kill.RequestedAt);
        json.WriteString("door", Cut(kill.Door, LongestSubject));
        if (kill.IdempotencyKey is { } key)
        {
            json.WriteString("idempotencyKey", key);
        }

        json.WriteString("ground", Cut(spooled.Ground, LongestMessage));
        json.WriteNumber("processes", spooled.Processes);
        json.WriteString("strength", spooled.Strength);
        if (spooled.Report is { } report)
        {
            json.WriteStartObject("report");
            json.WriteString("outcome", report.Outcome.ToString());
            json.WriteString("mode", report.Mode.ToString());
            json.WriteString("strength", report.Strength.ToString());
            json.WriteString("proof", report.Proof.ToString());
            json.WriteNumber("durationMs", report.DurationMs);
            WriteNumber(json, "exitCode", report.ExitCode);
            WriteNumber(json, "exitSignal", report.ExitSignal);
            json.WriteString("message", Cut(report.Message ?? string.Empty, LongestMessage));
            json.WriteBoolean("sentKill", spooled.SentKill);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    /// <summary>Null where it is not as we write it.</summary>
    public static SpooledKill? Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(payload);
            JsonElement json = document.RootElement;
            KillRecord kill = new()
            {
                KillId = KillId.Parse(Text(json, "killId")),
                RunId = RunId.Parse(Text(json, "runId")),
                State = KillState.IntentWritten,
                Mode = Enum.Parse<KillMode>(Text(json, "mode")),
                Reason = Text(json, "reason"),
                RequestedBy = Text(json, "requestedBy"),
                RequestedAt = json.GetProperty("requestedAt").GetDateTimeOffset(),
                Door = Text(json, "door"),
                IdempotencyKey = json.TryGetProperty("idempotencyKey", out JsonElement key) ? key.GetString() : null,
            };
            JsonElement? report = json.TryGetProperty("report", out JsonElement found) ? found : null;
            return KillReason.Explain(kill.Reason) is not null ? null : new SpooledKill
            {
                Store = Text(json, "store"),
                Kill = kill,
                InternalId = Text(json, "internalId"),
                Ground = Text(json, "ground"),
                Processes = json.GetProperty("processes").GetInt32(),
                Strength = Text(json, "strength"),
                Report = report is { } outcome ? ReadReport(outcome, kill) : null,
                SentKill = report is { } sent && sent.GetProperty("sentKill").GetBoolean(),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static KillReport ReadReport(JsonElement json, KillRecord kill) => new()
    {
        RunId = kill.RunId,
        KillId = kill.KillId,
        Outcome = Enum.Parse<KillOutcome>(Text(json, "outcome")),
        Mode = Enum.Parse<KillMode>(Text(json, "mode")),
        Strength = Enum.Parse<ContainmentStrength>(Text(json, "strength")),
        Proof = Enum.Parse<EndProof>(Text(json, "proof")),
        Reason = kill.Reason,
        RequestedBy = kill.RequestedBy,
        DurationMs = json.GetProperty("durationMs").GetDouble(),
        ExitCode = Number(json, "exitCode"),
        ExitSignal = Number(json, "exitSignal"),
        Message = Text(json, "message") is { Length: > 0 } message ? message : null,
    };

    private static void WriteNumber(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static int? Number(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException(name);

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
