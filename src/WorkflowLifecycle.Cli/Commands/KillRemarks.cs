namespace WorkflowLifecycle.Cli.Commands;

/// <summary>What the exit code alone does not say about kills, each with what to do next.</summary>
internal static class KillRemarks
{
    private const string FailedCleanup = "Failed";

    public static void Say(CliConsole console, StoreChoice store, IEnumerable<KillReport> reports)
    {
        foreach (KillReport report in reports)
        {
            Say(console, store, report);
            Say(console, store, report.ChildRuns);
        }
    }

    private static void Say(CliConsole console, StoreChoice store, KillReport report)
    {
        string id = report.RunId.Value;
        switch (report.Outcome)
        {
            case KillOutcome.Denied:
                console.Say($"{id}: not permitted, nothing was signalled. {report.Message}");
                console.Say($"Who owns it: {store.Command("show", id)}");
                break;
            case KillOutcome.KillUnconfirmed:
                console.Say($"{id}: the end is not confirmed. Still there: {Survivors(report)}. The kill is retried.");
                console.Say($"Look again: {store.Command("tree", id)}  Try again: {store.Command("kill", id, "--emergency", "--reason", report.Reason)}");
                break;
            case KillOutcome.EndedUnproven:
                console.Say($"{id}: nothing of it is known to be left, but at strength {report.Strength} nothing proves it. What to change: workflowctl doctor");
                break;
        }

        foreach (CleanupResult debt in report.Cleanup.Where(result => result.Outcome == FailedCleanup))
        {
            console.Say($"{id}: not cleaned yet ({debt.Cleaner}): {string.Join(", ", debt.Remaining)}. {debt.Message} It stays a debt: {store.Command("show", id)}");
        }
    }

    private static string Survivors(KillReport report) =>
        report.Survivors.Count > 0 ? KillReceiptText.Processes(report.Survivors) : "unknown, it could not be looked at";
}
