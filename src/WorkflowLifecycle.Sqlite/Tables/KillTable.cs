using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>workflow_kills</c>.</summary>
internal static class KillTable
{
    public static ColumnList Columns { get; } = new(
        "workflow_kills",
        "kill_id",
        ["kill_id", "run_id", "version", "state", "mode", "reason", "requested_by", "door", "idempotency_key",
        "terminate_ceiling_ticks", "requested_at", "completed_at", "report", "grace_period_ticks"],
        [new("grace_period_ticks", 3)]);

    public static KillRecord? Find(SqliteSession session, KillId killId) =>
        session.QueryFirst(Columns.For(session).Select + "WHERE kill_id = $kill_id", static row => Read(row), ("$kill_id", killId.ToString()));

    public static KillRecord? FindByKey(SqliteSession session, RunId runId, string idempotencyKey) => session.QueryFirst(
        Columns.For(session).Select + "WHERE run_id = $run_id AND idempotency_key = $key",
        static row => Read(row),
        ("$run_id", runId.Value), ("$key", idempotencyKey));

    /// <summary>The row that stands in the way of this one; null when none does. A kill by the same id or key is the same kill, so it comes first.</summary>
    public static KillRecord? FindInTheWay(SqliteSession session, KillRecord kill, bool adding) =>
        (adding ? Find(session, kill.KillId) : null)
        ?? (kill.IdempotencyKey is { } key && FindByKey(session, kill.RunId, key) is { } same && same.KillId != kill.KillId ? same : null)
        ?? (kill.IsOpen && FindOpen(session, kill.RunId) is { } open && open.KillId != kill.KillId ? open : null);

    public static KillRecord Insert(SqliteSession session, KillRecord kill)
    {
        KillRecord written = InUtc(kill) with { Version = 1 };
        session.Execute(Columns.For(session).Insert, Parameters(session, written));
        return written;
    }

    /// <summary>The row as written; null when the row is not there or its version is another.</summary>
    public static KillRecord? Update(SqliteSession session, KillRecord kill)
    {
        KillRecord written = InUtc(kill) with { Version = kill.Version + 1 };
        return session.Execute(Columns.For(session).Update, Parameters(session, written)) == 1 ? written : null;
    }

    /// <summary>The columns of <see cref="Columns"/>, from where the reader stands.</summary>
    public static KillRecord Read(ref RowReader read)
    {
        return new KillRecord
        {
            KillId = KillId.Parse(read.Text()),
            RunId = RunId.Parse(read.Text()),
            Version = read.Number(),
            State = (KillState)read.Number(),
            Mode = (KillMode)read.Number(),
            Reason = read.Text(),
            RequestedBy = read.Text(),
            Door = read.Text(),
            IdempotencyKey = read.TextOrNull(),
            TerminateCeiling = TimeSpan.FromTicks(read.Number()),
            RequestedAt = read.Time(),
            CompletedAt = read.TimeOrNull(),
            Report = read.TextOrNull() is { } report ? JsonSerializer.Deserialize(report, SqliteJsonContext.Default.KillReport) : null,
            GracePeriod = read.NumberOrNull() is { } grace ? TimeSpan.FromTicks(grace) : null,
        };
    }

    private static KillRecord? FindOpen(SqliteSession session, RunId runId) => session.QueryFirst(
        Columns.For(session).Select + "WHERE run_id = $run_id AND state NOT IN (1, 8)", static row => Read(row), ("$run_id", runId.Value));

    private static KillRecord Read(SqliteDataReader row)
    {
        RowReader read = new(row);
        return Read(ref read);
    }

    private static KillRecord InUtc(KillRecord kill) => kill with
    {
        RequestedAt = kill.RequestedAt.ToUniversalTime(),
        CompletedAt = kill.CompletedAt?.ToUniversalTime(),
    };

    private static (string Name, object? Value)[] Parameters(SqliteSession session, KillRecord kill) => Columns.For(session).Fit(
    session,
    [
        ("$kill_id", kill.KillId.ToString()),
        ("$run_id", kill.RunId.Value),
        ("$version", kill.Version),
        ("$state", (long)kill.State),
        ("$mode", (long)kill.Mode),
        ("$reason", kill.Reason),
        ("$requested_by", kill.RequestedBy),
        ("$door", kill.Door),
        ("$idempotency_key", kill.IdempotencyKey),
        ("$terminate_ceiling_ticks", kill.TerminateCeiling.Ticks),
        ("$requested_at", StoredTime.Write(kill.RequestedAt)),
        ("$completed_at", kill.CompletedAt is { } time ? StoredTime.Write(time) : null),
        ("$report", kill.Report is { } report ? JsonSerializer.Serialize(report, SqliteJsonContext.Default.KillReport) : null),
        ("$grace_period_ticks", kill.GracePeriod?.Ticks),
    ]);
}
