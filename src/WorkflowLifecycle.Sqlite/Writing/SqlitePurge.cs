namespace WorkflowLifecycle.Sqlite;

/// <summary>Removes one batch of finished runs inside the transaction of the writer.</summary>
internal static class SqlitePurge
{
    // The audit is not among them: a chain that loses entries proves nothing.
    private static readonly string[] Tables =
        ["workflow_kills", "workflow_events", "run_receipts", "run_evidence", "cleanup_debts", "workflow_processes"];

    public static PurgeResult Run(SqliteSession session, PurgeRequest request)
    {
        session.Execute("SAVEPOINT one_purge");
        bool written = false;
        try
        {
            List<RunRecord> runs = EndSearch.Removable(session, request);
            string ids = RunTable.WriteTexts([.. runs.Select(run => run.RunId.Value)]);
            foreach (string table in Tables)
            {
                session.Execute($"DELETE FROM {table} WHERE run_id IN (SELECT value FROM json_each($ids))", ("$ids", ids));
            }

            session.Execute("RELEASE one_purge");
            written = true;
            return new PurgeResult(runs, runs.Count == request.Limit);
        }
        finally
        {
            // SQLite ends the whole transaction by itself after some errors. Where it did not, half a purge must not be carried along.
            if (!written && session.InTransaction)
            {
                session.Execute("ROLLBACK TO one_purge");
                session.Execute("RELEASE one_purge");
            }
        }
    }
}
