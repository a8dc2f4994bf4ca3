namespace WorkflowLifecycle;

/// <summary>The words of <see cref="CleanupResult.Outcome"/>. A newer version may have more.</summary>
public static class CleanupOutcomes
{
    /// <summary>Nothing is left of what was found.</summary>
    public const string Clean = nameof(Clean);

    /// <summary>Something stays on purpose.</summary>
    public const string Kept = nameof(Kept);

    /// <summary>Something is there for a person to see; nothing of it is a debt.</summary>
    public const string Reported = nameof(Reported);

    /// <summary>Something remains, or nobody can tell: it is a debt.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>The time was up before the work was done: what remains is a debt.</summary>
    public const string CeilingReached = nameof(CeilingReached);

    /// <summary>The end of the tree was not proven, so nothing of it is touched: a debt, until the machine was restarted.</summary>
    public const string Withheld = nameof(Withheld);

    /// <summary>Nobody was there at the end to clean, as after a restart of the machine: all of it is a debt, which a host retries at once.</summary>
    public const string Deferred = nameof(Deferred);

    /// <summary>The run's row names a cleaner that this process does not have: all of it is a debt.</summary>
    public const string NotAvailableHere = nameof(NotAvailableHere);
}
