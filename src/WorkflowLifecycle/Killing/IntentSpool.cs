using System.Text.Json;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Killing;

/// <summary>Where an emergency's intent goes when the store does not take it: a file on stable storage in the run's directory.</summary>
internal static class IntentSpool
{
    private const int MaximumBytes = 64 * 1024;

    /// <exception cref="StoreUnavailableException">Not even that could be written; nothing was signalled.</exception>
    public static void Write(RunRecord run, KillRecord kill, string ground, int processes)
    {
        string directory = run.Containment!.RunDirectory;
        string path = Path.Combine(directory, $"{RuntimeDirectories.IntentPrefix}{kill.KillId}.json");
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            using (Utf8JsonWriter json = new(file))
            {
                Write(json, new SpooledIntent(kill, ground, processes, run.Containment.Strength.ToString()));
            }

            file.Flush(flushToDisk: true);
            RuntimeDirectories.Flush(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Remove(path);
            throw new StoreUnavailableException($"Neither the store nor {path} takes the intent of the kill; nothing was signalled. Free disk space.", exception);
        }
    }

    /// <summary>The intents in the directory of a run. The program could write there too: what is not as we write it is left out.</summary>
    public static IReadOnlyList<SpooledIntent> Read(RunRecord run)
    {
        try
        {
            return [.. Directory.EnumerateFiles(run.Containment!.RunDirectory, RuntimeDirectories.IntentPrefix + "*.json").Select(path => Read(path, run)).OfType<SpooledIntent>()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No directory, no intent.
            return [];
        }
    }

    private static void Write(Utf8JsonWriter json, SpooledIntent intent)
    {
        KillRecord kill = intent.Kill;
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", 1);
        json.WriteString("killId", kill.KillId.ToString());
        json.WriteString("runId", kill.RunId.Value);
        json.WriteString("mode", kill.Mode.ToString());
        json.WriteString("reason", kill.Reason);
        json.WriteString("requestedBy", kill.RequestedBy);
        json.WriteString("requestedAt", kill.RequestedAt);
        json.WriteString("door", kill.Door);
        json.WriteString("ground", intent.Ground);
        json.WriteNumber("processes", intent.Processes);
        json.WriteString("strength", intent.Strength);
        json.WriteEndObject();
    }

    private static SpooledIntent? Read(string path, RunRecord run)
    {
        // Neither a FIFO nor a link has a length that fits; both would be the program's.
        FileInfo info = new(path);
        if (!info.Exists || info.LinkTarget is not null || info.Length is 0 or > MaximumBytes)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement json = document.RootElement;
            KillRecord kill = new()
            {
                KillId = KillId.Parse(Text(json, "killId")),
                RunId = run.RunId,
                State = KillState.IntentWritten,
                Mode = Enum.Parse<KillMode>(Text(json, "mode")),
                Reason = Text(json, "reason"),
                RequestedBy = Text(json, "requestedBy"),
                RequestedAt = json.GetProperty("requestedAt").GetDateTimeOffset(),
                Door = Text(json, "door"),
            };
            return Text(json, "runId") == run.RunId.Value && KillReason.Explain(kill.Reason) is null
                ? new SpooledIntent(kill, Text(json, "ground"), json.GetProperty("processes").GetInt32(), Text(json, "strength"))
                : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException(name);

    // Half an intent must not be taken for one that was followed.
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return;
        }
    }
}
