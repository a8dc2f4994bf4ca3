using System.Text;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Runs in a final state in the order of their ends: for figures, and for retention.</summary>
internal static class EndSearch
{
    // The very words of the index workflow_processes_ended: the planner compares them. It is named, for left alone the planner takes the index of states.
    private const string Final = "state IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost')";
    private const string Ended = "coalesce(ended_at, created_at)";

    private const string InOrder = "workflow_processes r INDEXED BY workflow_processes_ended";

    private const string OpenDebts = "(SELECT count(*) FROM cleanup_debts d WHERE d.run_id = r.run_id AND d.settled_at IS NULL)";

    private const string NothingOpen =
        "NOT EXISTS (SELECT 1 FROM cleanup_debts d WHERE d.run_id = r.run_id AND d.settled_at IS NULL) " +
        "AND NOT EXISTS (SELECT 1 FROM workflow_kills k WHERE k.run_id = r.run_id AND k.state NOT IN (1, 8)) " +
        "AND NOT EXISTS (SELECT 1 FROM workflow_processes c WHERE c.parent_run = r.run_id " +
        "AND c.state NOT IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost'))";

    public static EndPage Run(SqliteSession session, EndQuery query, PageCursor cursors)
    {
        SchemaFaults.Require(session, SqliteMigrations.WithCleaning, "lists of what ended");
        StringBuilder sql = new(
            $"{RunTable.Columns.For(session).Columns}, id, {Ended}, (SELECT receipt FROM run_receipts x WHERE x.run_id = r.run_id), {OpenDebts}, {NothingOpen} " +
            $"FROM {InOrder} WHERE {Final}");
        List<(string Name, object? Value)> parameters = [("$limit", query.Limit + 1)];
        if (query.EndedFrom is { } from)
        {
            sql.Append($" AND {Ended} >= $from");
            parameters.Add(("$from", StoredTime.Write(from)));
        }

        if (query.EndedBefore is { } before)
        {
            sql.Append($" AND {Ended} < $before");
            parameters.Add(("$before", StoredTime.Write(before)));
        }

        if (query.Cursor is { } cursor)
        {
            (DateTimeOffset time, long id) = cursors.ReadTimed(cursor);
            sql.Append($" AND ({Ended}, id) > ($after_time, $after)");
            parameters.Add(("$after_time", StoredTime.Write(time)));
            parameters.Add(("$after", id));
        }

        sql.Append($" ORDER BY {Ended}, id LIMIT $limit");
        List<(long Id, EndedRun End)> found = session.Query(sql.ToString(), static row => Read(row), [.. parameters]);
        string? next = found.Count > query.Limit ? cursors.Write(found[query.Limit - 1].End.EndedAt, found[query.Limit - 1].Id) : null;
        return new EndPage([.. found.Take(query.Limit).Select(row => row.End)], next);
    }

    /// <summary>The runs that a purge may remove now.</summary>
    public static List<RunRecord> Removable(SqliteSession session, PurgeRequest request)
    {
        SchemaFaults.Require(session, SqliteMigrations.WithCleaning, "what forgetting a run needs to know");
        string columns = RunTable.Columns.For(session).Columns;
        StringBuilder sql = new(request.RunIds.Count > 0
            ? $"{columns} FROM workflow_processes r WHERE run_id IN (SELECT value FROM json_each($ids)) AND +{Final}"
            : $"{columns} FROM {InOrder} WHERE {Final}");
        List<(string Name, object? Value)> parameters = [("$before", StoredTime.Write(request.EndedBefore)), ("$limit", request.Limit)];
        if (request.RunIds.Count > 0)
        {
            parameters.Add(("$ids", RunTable.WriteTexts([.. request.RunIds.Select(run => run.Value)])));
        }

        sql.Append($" AND {Ended} < $before AND {NothingOpen} ORDER BY {Ended}, id LIMIT $limit");
        return session.Query(
            sql.ToString(),
            static row =>
            {
                RowReader read = new(row);
                return RunTable.Read(ref read);
            },
            [.. parameters]);
    }

    private static (long Id, EndedRun End) Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        RunRecord run = RunTable.Read(ref read);
        long id = read.Number();
        return (id, new EndedRun
        {
            Run = run,
            EndedAt = read.Time(),
            Receipt = read.TextOrNull() is { } receipt ? ReceiptTable.Read(receipt) : null,
            OpenDebts = (int)read.Number(),
            MayBeForgotten = read.Number() != 0,
        });
    }
}
