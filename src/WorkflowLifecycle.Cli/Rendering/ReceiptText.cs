using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>The receipt of a run's end for people: each line with what was there and what remained.</summary>
internal static class ReceiptText
{
    private const int NamesShown = 20;

    public static void Write(CliConsole console, RunRecord run, RunReceipt? receipt, IReadOnlyList<CleanupDebt> debts)
    {
        FieldList fields = new FieldList()
            .Add("run", run.RunId.Value)
            .Add("state", run.State.Name)
            .Add("ended", RunDetails.Ending(run))
            .Add("kill", receipt?.KillId?.ToString());
        foreach (CleanupResult line in receipt?.Cleanup ?? [])
        {
            fields.Add(line.Cleaner, Line(line));
        }

        foreach (CleanupDebt debt in debts)
        {
            fields.Add("debt", $"{debt.DebtId}, {debt.Cleaner}: {debt.Resource?.Name ?? "whatever it finds"}, {Words.Count(debt.Attempts, "retry", "retries")}: {debt.Reason}");
        }

        fields.Write(console.Out);
        if (receipt is null)
        {
            console.Say(run.State.IsFinal ? "It has no receipt: nobody was there to clean at its end." : "It is not over yet: the receipt comes with its end.");
        }
    }

    private static string Line(CleanupResult line)
    {
        string counts = string.Create(CultureInfo.InvariantCulture, $"{line.Outcome}: {line.Found.Count} found, {line.Cleaned.Count} freed, {line.Remaining.Count} left, {Words.Milliseconds(line.DurationMs)}");
        string left = line.Remaining.Count > 0 ? $"; left: {Names(line.Remaining)}" : string.Empty;
        string freed = line.Cleaned.Count > 0 ? $"; freed: {Names(line.Cleaned)}" : string.Empty;
        return counts + left + freed + (line.Message is null ? string.Empty : $"; {line.Message}");
    }

    private static string Names(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : string.Empty);
}
