using System.Text.Json;

namespace WorkflowLifecycle.Sqlite;

/// <summary>The table <c>run_receipts</c>.</summary>
internal static class ReceiptTable
{
    public static void Write(SqliteSession session, RunReceipt receipt) => session.Execute(
        "INSERT INTO run_receipts (run_id, receipt) VALUES ($run_id, $receipt) ON CONFLICT (run_id) DO UPDATE SET receipt = excluded.receipt",
        ("$run_id", receipt.RunId.Value),
        ("$receipt", JsonSerializer.Serialize(receipt with { At = receipt.At.ToUniversalTime() }, SqliteJsonContext.Default.RunReceipt)));

    public static RunReceipt? Find(SqliteSession session, RunId runId) => session.SchemaVersion < SqliteMigrations.WithCleaning ? null : session.QueryFirst(
        "SELECT receipt FROM run_receipts WHERE run_id = $run_id", static row => Read(row.GetString(0)), ("$run_id", runId.Value));

    public static RunReceipt Read(string json) =>
        JsonSerializer.Deserialize(json, SqliteJsonContext.Default.RunReceipt) ?? throw new JsonException("The receipt is empty.");
}
