using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class SqliteSchemaTests : IAsyncLifetime
{
    private static readonly int Ours = SqliteMigrations.All[^1].Version;
    private static readonly SqliteMigration Next = new(Ours + 1, OldestReader: 1, "ALTER TABLE workflow_processes ADD COLUMN colour TEXT DEFAULT 'blue'");
    private static readonly SqliteMigration NextButOne = new(Ours + 2, OldestReader: Ours + 2, "ALTER TABLE workflow_processes DROP COLUMN failure");

    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_OlderSchema_IsBroughtForwardWithItsRows()
    {
        RunRecord run = await WriteWithAsync(SqliteMigrations.All);

        SqliteProcessStore store = await _fixture.OpenAsync(migrations: [.. SqliteMigrations.All, Next]);

        Assert.Equivalent(run, await store.FindRunAsync(run.RunId, SqliteFixture.Aborted), strict: true);
        Assert.Equal(Ours + 1L, _fixture.Query("SELECT schema_version FROM schema_info"));
        Assert.Equal(1L, _fixture.Query("SELECT oldest_reader FROM schema_info"));
        Assert.Equal("blue", _fixture.Query("SELECT colour FROM workflow_processes"));
    }

    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_NewerSchemaThatAdmitsUs_CanBeReadAndWrittenAndKeepsItsColumns()
    {
        RunRecord run = await WriteWithAsync([.. SqliteMigrations.All, Next]);
        _fixture.Query("UPDATE workflow_processes SET colour = 'red'");

        SqliteProcessStore store = await _fixture.OpenAsync();
        CommitResult result = await store.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Stopping }, AddKill = Rows.Kill(run.RunId) }, CommitDurability.Machine, SqliteFixture.Aborted);

        Assert.True(result.IsCommitted);
        Assert.Single((await store.SearchRunsAsync(new RunQuery(), SqliteFixture.Aborted)).Runs);
        Assert.Equal("red", _fixture.Query("SELECT colour FROM workflow_processes"));
        Assert.Equal(Ours + 1L, _fixture.Query("SELECT schema_version FROM schema_info"));
    }

    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_NewerSchemaThatNeedsANewerReader_IsRefusedNamingBothVersions()
    {
        await WriteWithAsync([.. SqliteMigrations.All, Next, NextButOne]);
        byte[] content = File.ReadAllBytes(_fixture.File);

        string message = await _fixture.RefusedAsync();

        Assert.Contains($"schema version {Ours + 2}", message, StringComparison.Ordinal);
        Assert.Contains($"this version knows {Ours}", message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_fixture.File));
    }

    /// <summary>What the version before cleaning wrote is there afterwards, and can be indebted, ended and forgotten.</summary>
    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_SchemaBeforeCleaning_IsBroughtForwardWithItsRows()
    {
        IReadOnlyList<SqliteMigration> before = [.. SqliteMigrations.All.Take(3)];
        await _fixture.OpenAsync(migrations: before);
        _fixture.Query(ManyRows.Insert(3, "Exited"));
        Assert.Equal(0L, _fixture.Query("SELECT count(*) FROM sqlite_schema WHERE name = 'cleanup_debts'"));

        SqliteProcessStore store = await _fixture.OpenAsync();
        RunRecord old = (await store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, SqliteFixture.Aborted)).Runs[0];
        CommitResult result = await store.CommitAsync(
            new StoreCommit { UpdateRun = old with { Cleaners = ["temp"] }, AddDebts = [Rows.Debt(old)] }, CommitDurability.Machine, SqliteFixture.Aborted);
        PurgeResult purged = await store.PurgeAsync(new PurgeRequest { EndedBefore = DateTimeOffset.MaxValue }, SqliteFixture.Aborted);

        Assert.Empty(old.Cleaners);
        Assert.Empty(old.Resources);
        Assert.True(result.IsCommitted);
        Assert.Equal(["temp"], (await store.FindRunAsync(old.RunId, SqliteFixture.Aborted))!.Cleaners);
        Assert.Equal(2, purged.Runs.Count);
        Assert.Equal(1L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
    }

    /// <summary>A tool of the version before cleaning, that has the file open or opens it now, still lists and kills, and loses nothing of a row.</summary>
    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_ByTheVersionBeforeCleaning_ListsAndKeepsWhatItDoesNotKnow()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        RunRecord run = (await store.CommitAsync(
            new StoreCommit { AddRun = Rows.Run() with { Cleaners = ["temp"] } }, CommitDurability.Machine, SqliteFixture.Aborted)).Run!;

        // The statements of that version, as it had them.
        Assert.Equal(1L, _fixture.Query("SELECT oldest_reader FROM schema_info"));
        _fixture.Query($"UPDATE workflow_processes SET state = 'Stopping', version = 2, leftovers = NULL WHERE run_id = '{run.RunId}' AND version = 1");
        _fixture.Query(
            "INSERT INTO workflow_kills (kill_id, run_id, version, state, mode, reason, requested_by, door, terminate_ceiling_ticks, requested_at) " +
            $"VALUES ('{KillId.New(TimeProvider.System)}', '{run.RunId}', 1, 3, 1, 'why', 'os:0', 'cli', 0, '2026-01-01T00:00:00.0000000Z')");

        Assert.Equal(["temp"], (await store.FindRunAsync(run.RunId, SqliteFixture.Aborted))!.Cleaners);
        Assert.Single((await store.SearchKillsAsync(new KillQuery(), SqliteFixture.Aborted)).Kills);
    }

    [Fact]
    public async Task Open_NoFileAndMigrateOff_MakesIt()
    {
        await _fixture.OpenAsync(new SqliteStoreOptions { Migrate = false });

        Assert.Equal((long)Ours, _fixture.Query("SELECT schema_version FROM schema_info"));
    }

    [Fact]
    [Trait("Scenario", "S37")]
    public async Task Open_MigrationFails_LeavesTheSchemaAsItWas()
    {
        RunRecord run = await WriteWithAsync(SqliteMigrations.All);
        SqliteMigration broken = new(Ours + 2, 1, "CREATE TABLE half (x TEXT); INSERT INTO no_such_table VALUES (1)");

        await _fixture.RefusedAsync(migrations: [.. SqliteMigrations.All, Next, broken]);

        Assert.Equal((long)Ours, _fixture.Query("SELECT schema_version FROM schema_info"));
        Assert.Equal(0L, _fixture.Query("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"));
        SqliteProcessStore store = await _fixture.OpenAsync();
        Assert.NotNull(await store.FindRunAsync(run.RunId, SqliteFixture.Aborted));
    }

    [Fact(Timeout = 120_000)]
    [Trait("Scenario", "S38")]
    public async Task Open_SeveralProcessesMakeTheStoreAtOnce_AllSucceed()
    {
        for (int round = 0; round < 3; round++)
        {
            string file = Path.Combine(_fixture.Directory, $"round-{round}.db");
            HelperProcess[] helpers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => HelperProcess.StartAsync("open", file)));
            try
            {
                await Task.WhenAll(helpers.Select(helper => helper.GoAsync()));
                foreach (HelperProcess helper in helpers)
                {
                    Assert.Equal("Committed", await helper.ReadLineAsync());
                    Assert.Equal(0, await helper.WaitForExitAsync());
                }
            }
            finally
            {
                foreach (HelperProcess helper in helpers)
                {
                    await helper.DisposeAsync();
                }
            }

            Assert.Equal(6L, _fixture.Query("SELECT count(*) FROM workflow_processes", file));
            Assert.Equal(1L, _fixture.Query("SELECT count(*) FROM schema_info", file));
            Assert.False(File.Exists(file + "-wal") && new FileInfo(file + "-wal").Length > 0);
        }
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S38")]
    public async Task Open_SeveralStoresBringASchemaForwardAtOnce_ItHappensOnce()
    {
        await WriteWithAsync(SqliteMigrations.All);
        SqliteMigration[] migrations = [.. SqliteMigrations.All, Next];

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _fixture.OpenAsync(migrations: migrations), SqliteFixture.Aborted)));

        Assert.Equal(Ours + 1L, _fixture.Query("SELECT schema_version FROM schema_info"));
    }

    [Fact]
    public void Migrations_All_AreNumberedWithoutAGap() =>
        Assert.Equal(Enumerable.Range(1, SqliteMigrations.All.Count), SqliteMigrations.All.Select(migration => migration.Version));

    private async Task<RunRecord> WriteWithAsync(IReadOnlyList<SqliteMigration> migrations)
    {
        await using SqliteProcessStore store = await _fixture.OpenAsync(migrations: [.. migrations.Where(migration => migration != NextButOne)]);
        RunRecord run = (await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted)).Run!;
        await store.DisposeAsync();
        if (migrations.Contains(NextButOne))
        {
            await (await _fixture.OpenAsync(migrations: migrations)).DisposeAsync();
        }

        return run;
    }
}
