using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>workflow_events</c>. One writer at a time: the order of the cursors is the order of the commits.</summary>
internal static class EventTable
{
    public static void Append(SqliteSession session, RunEvent happened) => session.Execute(
        "INSERT INTO workflow_events (run_id, kind, state, at, message) VALUES ($run_id, $kind, $state, $at, $message)",
        ("$run_id", happened.RunId.Value),
        ("$kind", happened.Kind),
        ("$state", happened.State.Name),
        ("$at", StoredTime.Write(happened.At)),
        ("$message", happened.Message));

    public static List<RunEvent> Read(SqliteSession session, EventCursor after, int limit) => session.Query(
        "SELECT cursor, run_id, kind, state, at, message FROM workflow_events WHERE cursor > $after ORDER BY cursor LIMIT $limit",
        static row => Read(row),
        ("$after", after.Position), ("$limit", limit));

    // The highest ever given, not the highest there: who waits for what comes next must not go back to 0 when the newest were purged.
    public static EventCursor LastCursor(SqliteSession session) =>
        new(session.QueryNumber("SELECT seq FROM sqlite_sequence WHERE name = 'workflow_events'"));

    private static RunEvent Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        return new RunEvent
        {
            Cursor = new EventCursor(read.Number()),
            RunId = RunId.Parse(read.Text()),
            Kind = read.Text(),
            State = read.State(),
            At = read.Time(),
            Message = read.TextOrNull(),
        };
    }
}
