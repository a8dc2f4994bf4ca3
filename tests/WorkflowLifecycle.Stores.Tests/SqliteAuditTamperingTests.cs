using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>Somebody with the file and a SQLite client changes the audit.</summary>
[Trait("Scenario", "S67")]
public sealed class SqliteAuditTamperingTests : IAsyncLifetime
{
    private const int Entries = 4;

    private readonly SqliteFixture _fixture = new();
    private SqliteProcessStore? _store;

    public async ValueTask InitializeAsync()
    {
        _store = await _fixture.OpenAsync();
        await _store.CommitAsync(
            new StoreCommit { Audit = [.. Enumerable.Range(1, Entries).Select(i => Rows.Audit(RunId.New(), $"Stage-{i}"))] },
            CommitDurability.Machine,
            SqliteFixture.Aborted);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData("audit_entries", "chain_id", "'other'")]
    [InlineData("audit_entries", "seq", "seq + 100")]
    [InlineData("audit_entries", "prev_hash", "lower(hex(randomblob(32)))")]
    [InlineData("audit_entries", "hash", "lower(hex(randomblob(32)))")]
    [InlineData("audit_entries", "canonical_version", "2")]
    [InlineData("audit_entries", "payload", "replace(payload, 'Stage-', 'stage-')")]
    [InlineData("audit_entries", "payload", "'{}'")]
    [InlineData("audit_entries", "payload", "'not json'")]
    [InlineData("audit_personal", "actor", "'somebody else'")]
    [InlineData("audit_personal", "actor_salt", "NULL")]
    [InlineData("audit_personal", "reason", "'something else'")]
    [InlineData("audit_personal", "reason_salt", "'00'")]
    public async Task Verify_AColumnOfAnyRowChanged_NamesTheRow(string table, string column, string value)
    {
        for (int i = 1; i <= Entries; i++)
        {
            string key = table == "audit_entries" ? "id" : "audit_id";
            _fixture.Query($"CREATE TABLE saved AS SELECT {key} AS k, {column} AS v FROM {table}");
            _fixture.Query($"UPDATE {table} SET {column} = {value} WHERE {key} = {i}");

            AuditChainFault? fault = await VerifyAsync();

            _fixture.Query($"UPDATE {table} SET {column} = (SELECT v FROM saved WHERE k = {key}); DROP TABLE saved");

            // The last entry moved to another chain, or to a later place, is one that is missing at the end: only a head kept elsewhere shows that.
            bool endIsMissing = i == Entries && column == "chain_id";
            Assert.Equal(endIsMissing ? null : i, fault?.Sequence);
            Assert.Null(await VerifyAsync());
        }
    }

    [Theory]
    [InlineData("DELETE FROM audit_entries WHERE seq = 1", 1)]
    [InlineData("DELETE FROM audit_entries WHERE seq = 3", 3)]
    [InlineData("UPDATE audit_entries SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3); UPDATE audit_entries SET seq = -seq WHERE seq < 0", 2)]
    public async Task Verify_RowsDeletedOrReordered_NamesTheFirstPlace(string sql, int expected)
    {
        _fixture.Query("DELETE FROM audit_personal");
        _fixture.Query(sql);

        Assert.Equal(expected, (await VerifyAsync())!.Sequence);
    }

    [Fact]
    public async Task Erase_APerson_LeavesTheChainWholeAndNoTrace()
    {
        _fixture.Query("DELETE FROM audit_personal");

        IReadOnlyList<AuditEntry> entries = await _store!.ReadAuditAsync(new AuditQuery(), SqliteFixture.Aborted);

        Assert.Null(await VerifyAsync());
        Assert.Equal(Entries, entries.Count);
        Assert.All(entries, entry => Assert.Null(entry.Actor ?? entry.Reason));
    }

    /// <summary>A payload that is no longer JSON is said to be damaged; what does not touch it goes on.</summary>
    [Fact]
    public async Task Read_DamagedPayload_IsRefusedAndAppendingGoesOn()
    {
        _fixture.Query("UPDATE audit_entries SET payload = 'not json' WHERE seq = 2");

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await _store!.ReadAuditAsync(new AuditQuery(), SqliteFixture.Aborted));
        CommitResult result = await _store!.CommitAsync(new StoreCommit { Audit = [Rows.Audit()] }, CommitDurability.Machine, SqliteFixture.Aborted);

        Assert.Contains("changed by hand", fault.Message, StringComparison.Ordinal);
        Assert.True(result.IsCommitted);
        Assert.Equal(2, (await VerifyAsync())!.Sequence);
    }

    private async Task<AuditChainFault?> VerifyAsync() =>
        AuditChain.Verify(await _store!.ReadChainAsync("node", 0, 100, SqliteFixture.Aborted));
}
