namespace WorkflowLifecycle;

/// <summary>A run that is over, with what is still open about it.</summary>
public sealed record EndedRun
{
    /// <summary>The row.</summary>
    public required RunRecord Run { get; init; }

    /// <summary>When it ended; where nobody saw that, when its row was made.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The receipt of a run that ended by itself; null for others, and where there is none.</summary>
    public RunReceipt? Receipt { get; init; }

    /// <summary>How many of its debts are open.</summary>
    public int OpenDebts { get; init; }

    /// <summary>True when nothing keeps its row: no open debt, no open kill, no child run that is not over.</summary>
    public bool MayBeForgotten { get; init; }
}
