using System.Text.Json;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Spooling;

/// <summary>Intents as versions before the spool left them where the store was away: a file of JSON each, in the directory of the run.</summary>
internal static class EarlierIntents
{
    private const int MaximumBytes = 64 * 1024;

    /// <summary>Those in the directory of a run. The program could write there too: what is not as those versions wrote it is left out.</summary>
    /// <param name="run">The run.</param>
    /// <param name="store">Where its row is.</param>
    public static IReadOnlyList<SpooledKill> Read(RunRecord run, string store)
    {
        try
        {
            return [.. Directory.EnumerateFiles(run.Containment!.RunDirectory, RuntimeDirectories.EarlierIntentPrefix + "*.json").Select(path => Read(path, run, store)).OfType<SpooledKill>()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static SpooledKill? Read(string path, RunRecord run, string store)
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
            return Text(json, "runId") != run.RunId.Value || KillReason.Explain(kill.Reason) is not null ? null : new SpooledKill
            {
                Store = store,
                Kill = kill,
                InternalId = run.InternalId,
                Ground = Text(json, "ground"),
                Processes = json.GetProperty("processes").GetInt32(),
                Strength = Text(json, "strength"),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException(name);
}
