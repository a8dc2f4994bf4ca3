namespace WorkflowLifecycle;

/// <summary>Settings of the SQLite store.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>How long a commit, or the opening, waits for another process that holds the write lock. Default 5 s; above 0, at most 1 h.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether an older schema is brought up to date when the store is opened. Default true. False uses it as it is: its runs can be listed and killed,
    /// and what it has no place for is refused, naming both versions (a launch with cleaners, evidence, retention, figures), or stands in the report and
    /// the audit alone (debts, receipts). A file that does not exist yet is made either way. For tools beside a host, so that the host alone decides
    /// when its schema changes.
    /// </summary>
    public bool Migrate { get; set; } = true;
}
