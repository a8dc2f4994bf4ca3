namespace WorkflowLifecycle.Statistics;

/// <summary>Lines of receipts.</summary>
internal sealed class LineTally
{
    public int Count { get; private set; }

    /// <summary>Those that left nothing to be freed later. What stays on purpose, or is only told, is no failure.</summary>
    public int Clean { get; private set; }

    public void Add(IReadOnlyList<CleanupResult> receipt)
    {
        Count += receipt.Count;
        Clean += receipt.Count(line => line.Outcome is CleanupOutcomes.Clean or CleanupOutcomes.Kept or CleanupOutcomes.Reported);
    }
}
