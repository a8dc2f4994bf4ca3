namespace WorkflowLifecycle;

/// <summary>Which runs to list. Every condition that is set must hold.</summary>
public sealed record RunQuery
{
    /// <summary>The largest page, and the default.</summary>
    public const int MaximumLimit = 500;

    /// <summary>Exact workflow name.</summary>
    public string? Workflow { get; init; }

    /// <summary>Exact session.</summary>
    public string? Session { get; init; }

    /// <summary>Exact owner label.</summary>
    public string? Owner { get; init; }

    /// <summary>Runs launched under this one.</summary>
    public RunId? ParentRun { get; init; }

    /// <summary>Any of these states; empty = any.</summary>
    public IReadOnlyList<RunState> States { get; init; } = [];

    /// <summary>False (default) leaves final states out.</summary>
    public bool IncludeFinished { get; init; }

    /// <summary>Literal text, case-insensitive for ASCII, contained in run id, workflow, session, owner, program or arguments. No wildcards.</summary>
    public string? Text { get; init; }

    /// <summary>Created at or after (UTC).</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Created before (UTC).</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Page size, 1 to <see cref="MaximumLimit"/>.</summary>
    public int Limit { get; init; } = MaximumLimit;

    /// <summary>Continue after this page: <see cref="RunPage.Next"/> of the page before. Stays valid while rows change.</summary>
    public string? Cursor { get; init; }
}
