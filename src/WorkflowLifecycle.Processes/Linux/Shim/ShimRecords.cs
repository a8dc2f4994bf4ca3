using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Reads the records that a shim left: how the root program exited, and that nothing is left.</summary>
internal static class ShimRecords
{
    public static ExitNotice? ReadExit(string runDirectory) =>
        Read(runDirectory, "exit") is { } record && record.ContainsKey("how")
            ? ShimReadings.Exit(Number(record, "how"), (int)Number(record, "status"))
            : null;

    public static EndNotice? ReadEmpty(string runDirectory) =>
        Read(runDirectory, "empty") is { } record && record.ContainsKey("proof")
            ? ShimReadings.End(
                Number(record, "proof"),
                Number(record, "sigkills"),
                Number(record, "leftovers"),
                Number(record, "walkers"),
                Number(record, "ended_by"),
                ReadExit(runDirectory))
            : null;

    private static Dictionary<string, string>? Read(string runDirectory, string name)
    {
        string? text = SmallFile.ReadText(Path.Combine(runDirectory, name));
        if (text is null)
        {
            return null;
        }

        Dictionary<string, string> record = [];
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                record[line[..equals]] = line[(equals + 1)..];
            }
        }

        return record;
    }

    private static uint Number(Dictionary<string, string> record, string key) =>
        record.TryGetValue(key, out string? value) && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0;
}
