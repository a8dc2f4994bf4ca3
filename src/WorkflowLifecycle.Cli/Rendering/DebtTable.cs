using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Debts, one per line, oldest first.</summary>
internal static class DebtTable
{
    public static void Write(CliConsole console, IReadOnlyList<CleanupDebt> debts, DateTimeOffset now)
    {
        TableOutput table = new("DEBT", "RUN", "CLEANER", "AGE", "RETRIES", "NEXT", "RESOURCE", "REASON");
        foreach (CleanupDebt debt in debts)
        {
            table.Add(
                Cell.Of(debt.DebtId),
                Cell.Of(debt.RunId.Value),
                Cell.Of(debt.Cleaner),
                Cell.Of(Words.Duration(now - debt.CreatedAt)),
                Cell.Of(debt.Attempts.ToString(CultureInfo.InvariantCulture)),
                Cell.Of(debt.IsOpen ? Words.Duration(debt.NextAttemptAt - now) : "settled"),
                Cell.Of(Resource(debt)),
                Cell.Of(debt.Reason));
        }

        table.Write(console);
    }

    public static void Write(CliConsole console, IReadOnlyList<DebtRetry> retries)
    {
        TableOutput table = new("DEBT", "RUN", "CLEANER", "OUTCOME", "RETRIES", "RESOURCE", "REASON");
        foreach (DebtRetry retry in retries)
        {
            table.Add(
                Cell.Of(retry.Debt.DebtId),
                Cell.Of(retry.Debt.RunId.Value),
                Cell.Of(retry.Debt.Cleaner),
                Cell.Of(retry.Outcome.ToString()),
                Cell.Of(retry.Debt.Attempts.ToString(CultureInfo.InvariantCulture)),
                Cell.Of(Resource(retry.Debt)),
                Cell.Of(retry.Message));
        }

        table.Write(console);
    }

    private static string Resource(CleanupDebt debt) => debt.Resource?.Name ?? "whatever it finds";
}
