using System.Text;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Kills in the order in which they were asked for.</summary>
internal static class KillSearch
{
    public static KillPage Run(SqliteSession session, KillQuery query, PageCursor cursors)
    {
        StringBuilder sql = new(KillTable.Columns.For(session).Select.Replace(" FROM ", ", id FROM ", StringComparison.Ordinal));
        List<(string Name, object? Value)> parameters = [("$limit", query.Limit + 1)];
        List<string> conditions = [];
        if (query.RequestedFrom is { } from)
        {
            conditions.Add("requested_at >= $from");
            parameters.Add(("$from", StoredTime.Write(from)));
        }

        if (query.RequestedBefore is { } before)
        {
            conditions.Add("requested_at < $before");
            parameters.Add(("$before", StoredTime.Write(before)));
        }

        if (query.Cursor is { } cursor)
        {
            (DateTimeOffset time, long id) = cursors.ReadTimed(cursor);
            conditions.Add("(requested_at, id) > ($after_time, $after)");
            parameters.Add(("$after_time", StoredTime.Write(time)));
            parameters.Add(("$after", id));
        }

        if (conditions.Count > 0)
        {
            sql.Append("WHERE ").AppendJoin(" AND ", conditions);
        }

        sql.Append(" ORDER BY requested_at, id LIMIT $limit");
        List<(KillRecord Kill, long Id)> found = session.Query(sql.ToString(), static row => Read(row), [.. parameters]);
        string? next = found.Count > query.Limit ? cursors.Write(found[query.Limit - 1].Kill.RequestedAt, found[query.Limit - 1].Id) : null;
        return new KillPage([.. found.Take(query.Limit).Select(row => row.Kill)], next);
    }

    private static (KillRecord Kill, long Id) Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        KillRecord kill = KillTable.Read(ref read);
        return (kill, read.Number());
    }
}
