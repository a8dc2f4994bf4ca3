using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Audit entries, one per line, oldest first.</summary>
internal static class AuditTable
{
    public static void Write(CliConsole console, IReadOnlyList<AuditEntry> entries)
    {
        TableOutput table = new("TIME", "SEQ", "STAGE", "RUN", "ACTOR", "REASON", "DETAILS");
        foreach (AuditEntry entry in entries)
        {
            table.Add(
                Cell.Of(Words.Time(entry.At)),
                Cell.Of(entry.Sequence.ToString(CultureInfo.InvariantCulture)),
                Cell.Of(entry.Stage),
                Cell.Of(entry.RunId?.Value),
                Cell.Of(entry.Actor ?? "(erased)"),
                Cell.Of(entry.Reason),
                Cell.Of(Details(entry)));
        }

        table.Write(console);
    }

    private static string Details(AuditEntry entry) => string.Join(' ',
        entry.Details.OrderBy(detail => detail.Key, StringComparer.Ordinal).Select(detail => $"{detail.Key}={detail.Value}"));
}
