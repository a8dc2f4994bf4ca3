using System.Text.Json;

namespace WorkflowLifecycle.Killing;

/// <summary>Where an emergency's intent goes when the store does not take it: a file on stable storage in the run's directory.</summary>
internal static class IntentSpool
{
    /// <exception cref="StoreUnavailableException">Not even that could be written; nothing was signalled.</exception>
    public static void Write(RunRecord run, KillRecord kill)
    {
        string path = Path.Combine(run.Containment!.RunDirectory, $"intent-{kill.KillId}.json");
        try
        {
            using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            using (Utf8JsonWriter json = new(file))
            {
                json.WriteStartObject();
                json.WriteNumber("schemaVersion", 1);
                json.WriteString("killId", kill.KillId.ToString());
                json.WriteString("runId", run.RunId.Value);
                json.WriteString("mode", kill.Mode.ToString());
                json.WriteString("reason", kill.Reason);
                json.WriteString("requestedBy", kill.RequestedBy);
                json.WriteString("requestedAt", kill.RequestedAt);
                json.WriteEndObject();
            }

            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"Neither the store nor {path} takes the intent of the kill; nothing was signalled. Free disk space.", exception);
        }
    }
}
