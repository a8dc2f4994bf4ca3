namespace WorkflowLifecycle;

/// <summary>What was cleaned at the ends of runs.</summary>
public sealed record CleanupFigures
{
    /// <summary>How many runs ended.</summary>
    public int Ends { get; init; }

    /// <summary>How many of them owe nothing now.</summary>
    public int EndsWithoutDebts { get; init; }

    /// <summary>How many lines their receipts have.</summary>
    public int Lines { get; init; }

    /// <summary>How many of the lines left nothing to be freed later.</summary>
    public int CleanLines { get; init; }

    /// <summary>The share of ends that owe nothing now, 0 to 1; 1 when there was none.</summary>
    public double EndsShare => Ends == 0 ? 1 : (double)EndsWithoutDebts / Ends;

    /// <summary>The share of lines that left nothing, 0 to 1; 1 when there was none.</summary>
    public double LinesShare => Lines == 0 ? 1 : (double)CleanLines / Lines;
}
