using WorkflowLifecycle.Cli.Json;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>The doctor's report for people: what is, why, and the lines that change it.</summary>
internal static class DoctorText
{
    public static void Write(TextWriter writer, DoctorDocument report)
    {
        writer.WriteLine($"Strength here: {report.Strength}");
        writer.WriteLine("  " + SafeText.Show(report.Why));
        foreach (string exit in report.OpenExits)
        {
            writer.WriteLine("  open exit: " + SafeText.Show(exit));
        }

        writer.WriteLine();
        foreach (FindingEntry finding in report.Findings)
        {
            writer.WriteLine($"{(finding.IsGood ? "ok      " : "change  ")}{SafeText.Show(Name(finding))}: {SafeText.Show(finding.Detail)}");
            foreach (string line in finding.Remedy)
            {
                writer.WriteLine("          " + SafeText.Show(line));
            }
        }

        writer.WriteLine();
        WriteStores(writer, report.Stores);
    }

    private static string Name(FindingEntry finding) => finding.Kind is null ? finding.Name : $"{finding.Name} ({finding.Kind})";

    private static void WriteStores(TextWriter writer, IReadOnlyList<StoreEntry> stores)
    {
        writer.WriteLine("Stores");
        foreach (StoreEntry store in stores)
        {
            writer.WriteLine($"  {SafeText.Show(store.Location)}: {SafeText.Show(Describe(store))}");
            if (store.Command is { } command)
            {
                writer.WriteLine("          " + SafeText.Show(command));
            }
        }

        if (!stores.Any(store => store.IsChosen))
        {
            writer.WriteLine($"  None of them is used until you say which: --store FILE, or {StoreResolver.Variable}.");
        }
    }

    private static string Describe(StoreEntry store) => string.Join(", ", new[]
    {
        store.Source switch
        {
            StoreSource.Option => "--store",
            StoreSource.Environment => StoreResolver.Variable,
            StoreSource.Announcement => "announced" + (store.Owner is { } owner ? $" by {owner}" : string.Empty),
            _ => "the default",
        },
        store.Exists ? null : "not there yet",
        store.IsChosen ? "used by this command line" : null,
        store.IsUsable ? null : "not for this user",
    }.OfType<string>());
}
