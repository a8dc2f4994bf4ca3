using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Compatibility;

/// <summary>A tool of today at a file that its host has not brought up to date: every schema that there ever was.</summary>
[Trait("Scenario", "S37")]
public sealed class OlderSchemaTests : IAsyncLifetime
{
    private static readonly SqliteStoreOptions _tool = new() { Migrate = false };

    private readonly SqliteFixture _fixture = new();

    public static TheoryData<int> OlderVersions => [.. Enumerable.Range(1, SqliteMigrations.Newest - 1)];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [MemberData(nameof(OlderVersions))]
    public async Task Open_OlderSchemaAndMigrateOff_ListsAndKillsAndLeavesTheSchema(int version)
    {
        RunRecord run = await WriteAsync(version);
        string? schema = Schema();
        SqliteProcessStore store = await _fixture.OpenAsync(_tool);

        Assert.Equivalent(run, Assert.Single((await store.SearchRunsAsync(new RunQuery(), SqliteFixture.Aborted)).Runs), strict: true);
        CommitResult intent = await CommitAsync(store, new StoreCommit
        {
            UpdateRun = run with { State = RunState.Stopping },
            AddKill = Rows.Kill(run.RunId),
            Audit = [Rows.Audit(run.RunId, "KillIntent")],
        });
        CommitResult outcome = await CommitAsync(store, new StoreCommit
        {
            UpdateRun = intent.Run! with { State = RunState.Killed, EndedAt = Rows.Time, Proof = EndProof.ReaperEmpty },
            UpdateKill = intent.Kill! with { State = KillState.Completed, CompletedAt = Rows.Time },
            Audit = [Rows.Audit(run.RunId, "KillCompleted")],
            AddDebts = [Rows.Debt(run)],
            AddReceipt = new RunReceipt { RunId = run.RunId, At = Rows.Time },
        });

        Assert.True(intent.IsCommitted && outcome.IsCommitted);
        Assert.Equal(RunState.Killed, (await store.FindRunAsync(run.RunId, SqliteFixture.Aborted))!.State);
        Assert.Equal(KillState.Completed, Assert.Single((await store.SearchKillsAsync(new KillQuery(), SqliteFixture.Aborted)).Kills).State);
        Assert.Null(AuditChain.Verify(await store.ReadChainAsync("node", 0, 10, SqliteFixture.Aborted)));
        Assert.Equal(schema, Schema());
        Assert.Equal((long)version, _fixture.Query("SELECT schema_version FROM schema_info"));
    }

    /// <summary>What the schema has no tables for: nothing where something is looked for, a refusal that names both versions where something is to be kept.</summary>
    [Theory]
    [MemberData(nameof(OlderVersions))]
    public async Task Use_WhatTheOlderSchemaLacks_IsNothingOrRefusedNamingBothVersions(int version)
    {
        RunRecord run = await WriteAsync(version);
        SqliteProcessStore store = await _fixture.OpenAsync(_tool);
        StoreCommit[] refused =
        [
            new() { AddRun = Rows.Run() with { Cleaners = ["temp"] }, Audit = [Rows.Audit()] },
            new() { UpdateRun = run with { Cleaners = ["temp"] } },
            new() { AddEvidence = new EvidenceRecord { RunId = run.RunId, TakenAt = Rows.Time, Content = new byte[1] } },
        ];

        foreach (StoreCommit commit in refused)
        {
            AssertNamesBoth(version, await Assert.ThrowsAsync<StoreUnavailableException>(() => CommitAsync(store, commit)));
        }

        AssertNamesBoth(version, await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.SearchEndsAsync(new EndQuery(), SqliteFixture.Aborted)));
        AssertNamesBoth(version, await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.PurgeAsync(new PurgeRequest { EndedBefore = DateTimeOffset.MaxValue }, SqliteFixture.Aborted)));
        Assert.Empty(await store.ReadDebtsAsync(new DebtQuery(), SqliteFixture.Aborted));
        Assert.Empty(await store.ReadEvidenceAsync(run.RunId, SqliteFixture.Aborted));
        Assert.Null(await store.FindReceiptAsync(run.RunId, SqliteFixture.Aborted));
        Assert.Equal(1L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
        Assert.Equal(1L, _fixture.Query("SELECT count(*) FROM audit_entries"));
    }

    /// <summary>A host brings the file up to date while a tool has it open: the tool sees what it could not hold before.</summary>
    [Fact]
    public async Task Use_HostMigratesMeanwhile_TheToolGoesOnInTheNewSchema()
    {
        RunRecord run = await WriteAsync(SqliteMigrations.Newest - 1);
        SqliteProcessStore tool = await _fixture.OpenAsync(_tool);
        Assert.NotNull(await tool.FindRunAsync(run.RunId, SqliteFixture.Aborted));

        SqliteProcessStore host = await _fixture.OpenAsync();
        CommitResult written = await CommitAsync(host, new StoreCommit { AddRun = Rows.Run("new") with { Cleaners = ["temp"] }, AddDebts = [Rows.Debt(run)] });

        Assert.Equal(["temp"], (await tool.FindRunAsync(written.Run!.RunId, SqliteFixture.Aborted))!.Cleaners);
        Assert.Single(await tool.ReadDebtsAsync(new DebtQuery(), SqliteFixture.Aborted));
        Assert.True((await CommitAsync(tool, new StoreCommit { UpdateRun = written.Run with { State = RunState.Running } })).IsCommitted);
        Assert.Equal(["temp"], (await host.FindRunAsync(written.Run.RunId, SqliteFixture.Aborted))!.Cleaners);
    }

    /// <summary>Every step adds only: a file that was brought forward holds the very rows of before, and admits the tools of the first version.</summary>
    [Theory]
    [MemberData(nameof(OlderVersions))]
    public async Task Migrations_EachFromEveryOlderVersion_KeepEveryRowAndEveryReader(int version)
    {
        RunRecord run = await WriteAsync(version);
        await (await _fixture.OpenAsync()).DisposeAsync();

        SqliteProcessStore store = await _fixture.OpenAsync();

        Assert.Equivalent(run, await store.FindRunAsync(run.RunId, SqliteFixture.Aborted), strict: true);
        Assert.Equal(1L, _fixture.Query("SELECT oldest_reader FROM schema_info"));
        Assert.All(SqliteMigrations.All, migration => Assert.Equal(1, migration.OldestReader));
    }

    private async Task<RunRecord> WriteAsync(int version)
    {
        await using SqliteProcessStore host = await _fixture.OpenAsync(migrations: [.. SqliteMigrations.All.Take(version)]);
        RunRecord run = Rows.Run() with { Root = Rows.Run().Host, State = RunState.Running, Arguments = ["a", "b"] };
        return (await CommitAsync(host, new StoreCommit { AddRun = run, Audit = [Rows.Audit(run.RunId)], Events = [Rows.Event(run.RunId)] })).Run!;
    }

    private string? Schema() => (string?)_fixture.Query("SELECT group_concat(sql, char(10)) FROM sqlite_schema");

    private static void AssertNamesBoth(int version, StoreUnavailableException fault)
    {
        Assert.Contains($"schema version {version},", fault.Message, StringComparison.Ordinal);
        Assert.Matches("came with version [2-9]", fault.Message);
        Assert.Contains("workflows.db", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<CommitResult> CommitAsync(SqliteProcessStore store, StoreCommit commit) =>
        await store.CommitAsync(commit, CommitDurability.Machine, SqliteFixture.Aborted);
}
