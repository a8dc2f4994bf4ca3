using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Recovery;

/// <summary>What was read and freed at an end, before it was on record.</summary>
/// <param name="Journal">What the holder did when its host died.</param>
/// <param name="Freed">The receipt and the debts.</param>
internal sealed record FinishedEnd(IReadOnlyList<JournalEntry> Journal, CleanupEnd Freed)
{
    /// <summary>The same after an earlier try, which found what is gone by now.</summary>
    public FinishedEnd After(FinishedEnd before) => new(
        Journal.Count > 0 ? Journal : before.Journal,
        Freed with
        {
            Receipt =
            [
                .. Freed.Receipt.Select(line =>
                    line.Found.Count == 0 && before.Freed.Receipt.FirstOrDefault(earlier => earlier.Cleaner == line.Cleaner) is { } earlier ? earlier : line),
            ],
        });
}
