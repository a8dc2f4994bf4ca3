using System.Text;
using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The tables <c>audit_entries</c> and <c>audit_personal</c>.</summary>
internal static class AuditTable
{
    private const string Select =
        "SELECT e.chain_id, e.seq, e.prev_hash, e.hash, e.canonical_version, e.payload, p.actor, p.actor_salt, p.reason, p.reason_salt " +
        "FROM audit_entries e LEFT JOIN audit_personal p ON p.audit_id = e.id ";

    private sealed record Head(long Sequence, string Hash);

    /// <summary>Appends to the ends of the chains as they stand in this transaction: other processes append to them too.</summary>
    public static void Append(SqliteSession session, IReadOnlyList<AuditDraft> drafts)
    {
        Dictionary<string, Head> heads = new(StringComparer.Ordinal);
        foreach (AuditDraft draft in drafts)
        {
            Head head = heads.GetValueOrDefault(draft.ChainId) ?? FindHead(session, draft.ChainId) ?? new Head(0, AuditChain.FirstPreviousHash);
            AuditChainRow sealedRow = AuditChain.Seal(draft, head.Sequence + 1, head.Hash);
            Insert(session, sealedRow);
            heads[draft.ChainId] = new Head(sealedRow.Sequence, sealedRow.Hash);
        }
    }

    public static List<AuditEntry> Read(SqliteSession session, AuditQuery query)
    {
        StringBuilder sql = new(Select);
        List<(string Name, object? Value)> parameters = [];
        void Where(string column, string? value)
        {
            if (value is not null)
            {
                sql.Append(parameters.Count == 0 ? "WHERE " : "AND ").Append($"e.{column} = ${column} ");
                parameters.Add(("$" + column, value));
            }
        }

        Where("run_id", query.RunId?.Value);
        Where("kill_id", query.KillId?.ToString());
        Where("chain_id", query.ChainId);
        sql.Append("ORDER BY e.id LIMIT $limit OFFSET $skip");
        parameters.Add(("$limit", query.Limit));
        parameters.Add(("$skip", query.Skip));
        return session.Query(sql.ToString(), static row => AuditChain.Read(ReadRow(row)), [.. parameters]);
    }

    public static List<AuditChainRow> ReadChain(SqliteSession session, string chainId, long afterSequence, int limit) => session.Query(
        Select + "WHERE e.chain_id = $chain_id AND e.seq > $after ORDER BY e.seq LIMIT $limit",
        static row => ReadRow(row),
        ("$chain_id", chainId), ("$after", afterSequence), ("$limit", limit));

    public static List<string> ReadChainIds(SqliteSession session) =>
        session.Query("SELECT DISTINCT chain_id FROM audit_entries ORDER BY chain_id", static row => row.GetString(0));

    private static Head? FindHead(SqliteSession session, string chainId) => session.QueryFirst(
        "SELECT seq, hash FROM audit_entries WHERE chain_id = $chain_id ORDER BY seq DESC LIMIT 1",
        static row => new Head(row.GetInt64(0), row.GetString(1)),
        ("$chain_id", chainId));

    private static void Insert(SqliteSession session, AuditChainRow sealedRow)
    {
        session.Execute(
            "INSERT INTO audit_entries (chain_id, seq, prev_hash, hash, canonical_version, payload) " +
            "VALUES ($chain_id, $seq, $prev_hash, $hash, $canonical_version, $payload)",
            ("$chain_id", sealedRow.ChainId),
            ("$seq", sealedRow.Sequence),
            ("$prev_hash", sealedRow.PreviousHash),
            ("$hash", sealedRow.Hash),
            ("$canonical_version", sealedRow.CanonicalVersion),
            ("$payload", sealedRow.Payload));
        session.Execute(
            "INSERT INTO audit_personal (audit_id, actor, actor_salt, reason, reason_salt) VALUES ($id, $actor, $actor_salt, $reason, $reason_salt)",
            ("$id", session.LastInsertedId),
            ("$actor", sealedRow.Actor),
            ("$actor_salt", sealedRow.ActorSalt),
            ("$reason", sealedRow.Reason),
            ("$reason_salt", sealedRow.ReasonSalt));
    }

    private static AuditChainRow ReadRow(SqliteDataReader row)
    {
        RowReader read = new(row);
        return new AuditChainRow
        {
            ChainId = read.Text(),
            Sequence = read.Number(),
            PreviousHash = read.Text(),
            Hash = read.Text(),
            CanonicalVersion = (int)read.Number(),
            Payload = read.Text(),
            Actor = read.TextOrNull(),
            ActorSalt = read.TextOrNull(),
            Reason = read.TextOrNull(),
            ReasonSalt = read.TextOrNull(),
        };
    }
}
