using Microsoft.Data.Sqlite;

namespace WorkflowLifecycle.Sqlite;

/// <summary>Applies one commit inside the transaction of the writer: all of it, or, by its own savepoint, nothing.</summary>
internal static class SqliteCommitter
{
    public static CommitResult Run(SqliteSession session, StoreCommit commit)
    {
        session.Execute("SAVEPOINT one_commit");
        CommitOutcome? outcome = null;
        KillId? inTheWay = null;
        try
        {
            CommitResult result = Apply(session, commit, out inTheWay);
            outcome = result.Outcome;
            if (result.IsCommitted)
            {
                session.Execute("RELEASE one_commit");
                return result;
            }
        }
        catch (SqliteException fault) when (SqliteFaults.IsRefusedValue(fault))
        {
            throw new ArgumentException("The commit lacks a value that every row has (an id, a state, a subject, a program). Fill it in; nothing was written.", nameof(commit), fault);
        }
        finally
        {
            // SQLite ends the whole transaction by itself after some errors; then there is no savepoint left.
            if (outcome != CommitOutcome.Committed && session.InTransaction)
            {
                Undo(session);
            }
        }

        // Read only now: inside the savepoint the rows showed what was not written in the end.
        RunRecord? run = (commit.AddRun ?? commit.UpdateRun) is { } asked ? RunTable.Find(session, asked.RunId) : null;
        inTheWay ??= (commit.AddKill ?? commit.UpdateKill)?.KillId;
        return new CommitResult(outcome.Value, run, inTheWay is { } killId ? KillTable.Find(session, killId) : null);
    }

    private static void Undo(SqliteSession session)
    {
        try
        {
            session.Execute("ROLLBACK TO one_commit");
            session.Execute("RELEASE one_commit");
        }
        catch (SqliteException)
        {
            // Half a commit must not be carried along with the others of the transaction: then none of them is.
            session.Execute("ROLLBACK");
            throw;
        }
    }

    private static CommitResult Apply(SqliteSession session, StoreCommit commit, out KillId? inTheWay)
    {
        inTheWay = null;
        RunRecord? run = null;
        if (commit.AddRun is { } addRun && (run = RunTable.Insert(session, addRun)) is null)
        {
            return new CommitResult(CommitOutcome.RunExists, null, null);
        }

        if (commit.UpdateRun is { } updateRun)
        {
            if (RunTable.Update(session, updateRun) is not { } written)
            {
                return new CommitResult(CommitOutcome.RunConflict, null, null);
            }

            run ??= written;
        }

        CommitOutcome outcome = ApplyKills(session, commit, out KillRecord? kill, out inTheWay);
        if (outcome != CommitOutcome.Committed)
        {
            return new CommitResult(outcome, null, null);
        }

        if (commit.UpdateDebts.Any(debt => !DebtTable.Update(session, debt)))
        {
            return new CommitResult(CommitOutcome.DebtConflict, null, null);
        }

        if (session.SchemaVersion >= SqliteMigrations.WithCleaning)
        {
            AppendCleaning(session, commit);
        }

        AppendRest(session, commit);
        return new CommitResult(CommitOutcome.Committed, run, kill);
    }

    // An older schema has no tables for these. They are no reason to leave an end unrecorded: they stand in the audit of the same commit and, after a
    // kill, in its report, and runs of that schema have no cleaners.
    private static void AppendCleaning(SqliteSession session, StoreCommit commit)
    {
        // After the updates: one commit may settle a debt and open what stands in its place.
        foreach (CleanupDebt debt in commit.AddDebts)
        {
            DebtTable.Add(session, debt);
        }

        if (commit.AddReceipt is { } receipt)
        {
            ReceiptTable.Write(session, receipt);
        }
    }

    private static void AppendRest(SqliteSession session, StoreCommit commit)
    {
        if (commit.AddEvidence is { } evidence)
        {
            EvidenceTable.Add(session, evidence);
        }

        AuditTable.Append(session, commit.Audit);
        foreach (RunEvent happened in commit.Events)
        {
            EventTable.Append(session, happened);
        }
    }

    // The update first: one commit may close a kill and open the next.
    private static CommitOutcome ApplyKills(SqliteSession session, StoreCommit commit, out KillRecord? kill, out KillId? inTheWay)
    {
        kill = null;
        inTheWay = null;
        if (commit.UpdateKill is { } update)
        {
            KillRecord? current = KillTable.Find(session, update.KillId);
            if (current?.Version != update.Version)
            {
                return CommitOutcome.KillConflict;
            }

            if (current.RunId != update.RunId || current.IdempotencyKey != update.IdempotencyKey)
            {
                throw new ArgumentException("A kill keeps its run and its idempotency key. Update the row that was read.", nameof(commit));
            }

            inTheWay = KillTable.FindInTheWay(session, update, adding: false)?.KillId;
            if (inTheWay is not null)
            {
                return CommitOutcome.KillExists;
            }

            kill = KillTable.Update(session, update);
        }

        if (commit.AddKill is { } add)
        {
            inTheWay = KillTable.FindInTheWay(session, add, adding: true)?.KillId;
            if (inTheWay is not null)
            {
                return CommitOutcome.KillExists;
            }

            kill = KillTable.Insert(session, add);
        }

        return CommitOutcome.Committed;
    }
}
