namespace WorkflowLifecycle.Sqlite;

/// <summary>The steps of the schema, in order. A step that was released is never edited; what it should have said is the next step.</summary>
internal static class SqliteMigrations
{
    /// <summary>The version that has debts, receipts and evidence, and the index of ends.</summary>
    public const int WithCleaning = 4;

    public static IReadOnlyList<SqliteMigration> All { get; } =
    [
        new(1, OldestReader: 1, Load("0001_runs_kills_events_audit.sql")),
        new(2, OldestReader: 1, Load("0002_hardening.sql")),
        new(3, OldestReader: 1, Load("0003_graceful.sql")),
        new(4, OldestReader: 1, Load("0004_cleanup.sql")),
    ];

    public static int Newest => All[^1].Version;

    private static string Load(string name)
    {
        using Stream stream = typeof(SqliteMigrations).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The migration {name} is not embedded in the assembly.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
