using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>run_evidence</c>.</summary>
internal static class EvidenceTable
{
    public static void Add(SqliteSession session, EvidenceRecord evidence)
    {
        SchemaFaults.Require(session, SqliteMigrations.WithCleaning, "evidence");
        session.Execute(
            "INSERT INTO run_evidence (run_id, kill_id, taken_at, content) VALUES ($run_id, $kill_id, $taken_at, $content)",
            ("$run_id", evidence.RunId.Value),
            ("$kill_id", evidence.KillId?.ToString()),
            ("$taken_at", StoredTime.Write(evidence.TakenAt)),
            ("$content", evidence.Content.ToArray()));
    }

    public static List<EvidenceRecord> Read(SqliteSession session, RunId runId) => session.SchemaVersion < SqliteMigrations.WithCleaning ? [] : session.Query(
        "SELECT run_id, kill_id, taken_at, content FROM run_evidence WHERE run_id = $run_id ORDER BY taken_at DESC, id DESC LIMIT $limit",
        static row => Read(row),
        ("$run_id", runId.Value), ("$limit", EvidenceRecord.MaximumRead));

    private static EvidenceRecord Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        return new EvidenceRecord
        {
            RunId = RunId.Parse(read.Text()),
            KillId = read.TextOrNull() is { } kill ? KillId.Parse(kill) : null,
            TakenAt = read.Time(),
            Content = read.Bytes(),
        };
    }
}
