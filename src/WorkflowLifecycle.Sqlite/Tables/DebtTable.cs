using System.Text;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>cleanup_debts</c>.</summary>
internal static class DebtTable
{
    private static readonly ColumnList Columns = new(
        "cleanup_debts",
        "debt_id",
        ["debt_id", "version", "run_id", "kill_id", "cleaner", "resource", "reason", "host_id", "created_at", "attempts", "last_attempt_at",
        "next_attempt_at", "claimed_until", "settled_at"],
        []);

    /// <summary>Inserts a debt; one that was settled is opened anew, one that is open stays as it is.</summary>
    public static void Add(SqliteSession session, CleanupDebt debt)
    {
        if (session.Execute(Columns.For(session).Insert + " ON CONFLICT (debt_id) DO NOTHING", Parameters(debt with { Version = 1 })) == 1)
        {
            return;
        }

        CleanupDebt there = session.QueryFirst(Columns.For(session).Select + "WHERE debt_id = $debt_id", static row => Read(row), ("$debt_id", debt.DebtId))!;
        if (!there.IsOpen)
        {
            Update(session, debt with { Version = there.Version, Attempts = 0, LastAttemptAt = null, ClaimedUntil = null, SettledAt = null });
        }
    }

    /// <summary>False when the row is not there or its version is another.</summary>
    public static bool Update(SqliteSession session, CleanupDebt debt) =>
        session.SchemaVersion >= SqliteMigrations.WithCleaning &&
        session.Execute(Columns.For(session).Update, Parameters(debt with { Version = debt.Version + 1 })) == 1;

    public static List<CleanupDebt> Read(SqliteSession session, DebtQuery query)
    {
        if (session.SchemaVersion < SqliteMigrations.WithCleaning)
        {
            return [];
        }

        List<string> conditions = [];
        List<(string Name, object? Value)> parameters = [("$limit", query.Limit)];
        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                parameters.Add((name, value));
            }
        }

        if (!query.IncludeSettled)
        {
            conditions.Add("settled_at IS NULL");
        }

        Where("debt_id IN (SELECT value FROM json_each($ids))", "$ids", query.DebtIds.Count > 0 ? RunTable.WriteTexts(query.DebtIds) : null);

        // Few names, of which most rows have one: not worth leaving the index of what is due for.
        Where("+cleaner IN (SELECT value FROM json_each($cleaners))", "$cleaners", query.Cleaners.Count > 0 ? RunTable.WriteTexts(query.Cleaners) : null);
        Where("run_id = $run_id", "$run_id", query.RunId?.Value);
        Where("host_id = $host_id", "$host_id", query.HostId);
        Where("next_attempt_at <= $due", "$due", query.DueBy is { } due ? StoredTime.Write(due) : null);
        Where("created_at < $created", "$created", query.CreatedBefore is { } created ? StoredTime.Write(created) : null);

        StringBuilder sql = new(Columns.For(session).Select);
        if (conditions.Count > 0)
        {
            sql.Append("WHERE ").AppendJoin(" AND ", conditions);
        }

        sql.Append(query.DueBy is null ? " ORDER BY created_at, id" : " ORDER BY next_attempt_at, id").Append(" LIMIT $limit");
        return session.Query(sql.ToString(), static row => Read(row), [.. parameters]);
    }

    private static CleanupDebt Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        return new CleanupDebt
        {
            DebtId = read.Text(),
            Version = read.Number(),
            RunId = RunId.Parse(read.Text()),
            KillId = read.TextOrNull() is { } kill ? KillId.Parse(kill) : null,
            Cleaner = read.Text(),
            Resource = read.TextOrNull() is { } resource ? StoredResource.ReadOne(resource) : null,
            Reason = read.Text(),
            HostId = read.Text(),
            CreatedAt = read.Time(),
            Attempts = (int)read.Number(),
            LastAttemptAt = read.TimeOrNull(),
            NextAttemptAt = read.Time(),
            ClaimedUntil = read.TimeOrNull(),
            SettledAt = read.TimeOrNull(),
        };
    }

    private static (string Name, object? Value)[] Parameters(CleanupDebt debt) =>
    [
        ("$debt_id", debt.DebtId),
        ("$version", debt.Version),
        ("$run_id", debt.RunId.Value),
        ("$kill_id", debt.KillId?.ToString()),
        ("$cleaner", debt.Cleaner),
        ("$resource", debt.Resource is { } resource ? StoredResource.Write(resource) : null),
        ("$reason", debt.Reason),
        ("$host_id", debt.HostId),
        ("$created_at", StoredTime.Write(debt.CreatedAt)),
        ("$attempts", debt.Attempts),
        ("$last_attempt_at", debt.LastAttemptAt is { } last ? StoredTime.Write(last) : null),
        ("$next_attempt_at", StoredTime.Write(debt.NextAttemptAt)),
        ("$claimed_until", debt.ClaimedUntil is { } claimed ? StoredTime.Write(claimed) : null),
        ("$settled_at", debt.SettledAt is { } settled ? StoredTime.Write(settled) : null),
    ];
}
