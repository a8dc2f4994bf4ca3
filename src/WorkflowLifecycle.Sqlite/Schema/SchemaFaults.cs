namespace WorkflowLifecycle.Sqlite;

/// <summary>What cannot be done in a schema that is older than this version's.</summary>
internal static class SchemaFaults
{
    public static StoreUnavailableException NoPlace(SqliteSession session, string what, int needed) => new(
        $"The store {session.Path} has schema version {session.SchemaVersion}, in which there is no place for {what}; that came with version {needed}. " +
        "What it holds can be listed and killed. Start a host of this version on it, which brings it up to date.");

    /// <exception cref="StoreUnavailableException">The file's schema is older.</exception>
    public static void Require(SqliteSession session, int version, string what)
    {
        if (session.SchemaVersion < version)
        {
            throw NoPlace(session, what, version);
        }
    }
}
