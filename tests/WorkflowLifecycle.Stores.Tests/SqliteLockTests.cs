using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

[Trait("Scenario", "S34")]
public sealed class SqliteLockTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Commit_AnotherProcessHoldsTheLock_IsRefusedInTimeAndNothingIsLost()
    {
        SqliteProcessStore store = await _fixture.OpenAsync(new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(400) });
        RunRecord before = await AddAsync(store);
        RunRecord refused = Rows.Run();
        await using HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File);

        Stopwatch waited = Stopwatch.StartNew();
        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.CommitAsync(new StoreCommit { AddRun = refused }, CommitDurability.Machine, SqliteFixture.Aborted));
        waited.Stop();
        Task<CommitResult> waiting = store.CommitAsync(new StoreCommit { AddRun = Rows.Run("waiting") }, CommitDurability.Machine, SqliteFixture.Aborted).AsTask();
        RunRecord? read = await store.FindRunAsync(before.RunId, SqliteFixture.Aborted);
        await holder.GoAsync();
        await holder.WaitForExitAsync();

        Assert.InRange(waited.ElapsedMilliseconds, 350, 5000);
        Assert.Contains("nothing was written", fault.Message, StringComparison.Ordinal);
        Assert.Contains("fuser", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(read);
        Assert.True((await waiting).IsCommitted);
        Assert.Null(await store.FindRunAsync(refused.RunId, SqliteFixture.Aborted));
    }

    [Fact(Timeout = 60_000)]
    public async Task Commit_TokenFiresWhileTheLockIsHeld_EndsAtOnceAndIsNeverWritten()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        RunRecord cancelled = Rows.Run();
        await using HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File);
        using CancellationTokenSource source = new();
        Task<CommitResult> commit = store.CommitAsync(new StoreCommit { AddRun = cancelled }, CommitDurability.Machine, source.Token).AsTask();
        await Task.Delay(100, SqliteFixture.Aborted);

        Stopwatch waited = Stopwatch.StartNew();
        await source.CancelAsync();
        OperationCanceledException fault = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
        waited.Stop();
        await holder.GoAsync();
        await holder.WaitForExitAsync();
        await AddAsync(store);

        Assert.Equal(source.Token, fault.CancellationToken);
        Assert.InRange(waited.ElapsedMilliseconds, 0, 2000);
        Assert.Null(await store.FindRunAsync(cancelled.RunId, SqliteFixture.Aborted));
    }

    [Fact(Timeout = 60_000)]
    public async Task Commit_ManyWaitForTheLock_AreAllWrittenOnceItIsFree()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        await using HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File);
        Task<CommitResult>[] commits = [.. Enumerable.Range(0, 300).Select(i => store.CommitAsync(
            Rows.Everything(Rows.Run()), i % 2 == 0 ? CommitDurability.Machine : CommitDurability.Process, SqliteFixture.Aborted).AsTask())];
        await Task.Delay(200, SqliteFixture.Aborted);
        Assert.DoesNotContain(commits, commit => commit.IsCompleted);

        await holder.GoAsync();

        Assert.All(await Task.WhenAll(commits), result => Assert.True(result.IsCommitted));
        Assert.Null(AuditChain.Verify(await store.ReadChainAsync("node", 0, 1000, SqliteFixture.Aborted)));
    }

    /// <summary>The default wait is five seconds, and it is the clock of the host that counts them.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Commit_DefaultOptions_WaitsFiveSeconds()
    {
        FakeTimeProvider time = new();
        StoreBuilder builder = new();
        builder.UseSqliteStore(_fixture.File).Services.AddSingleton<TimeProvider>(time);
        await using ServiceProvider services = builder.Services.BuildServiceProvider();
        IProcessStore store = services.GetRequiredService<IProcessStore>();
        await store.InitializeAsync(SqliteFixture.Aborted);
        await using HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File);
        Task<CommitResult> commit = store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted).AsTask();

        time.Advance(TimeSpan.FromSeconds(4.9));
        await Task.Delay(100, SqliteFixture.Aborted);
        bool tooEarly = commit.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.False(tooEarly);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => commit);
    }

    [Fact(Timeout = 60_000)]
    public async Task Open_AnotherProcessHoldsTheLock_IsRefusedInTime()
    {
        // An older schema, so that opening has to write.
        await (await _fixture.OpenAsync(migrations: [SqliteMigrations.All[0]])).DisposeAsync();
        await using HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File);
        SqliteMigration next = new(2, 1, "ALTER TABLE workflow_processes ADD COLUMN colour TEXT");

        Stopwatch waited = Stopwatch.StartNew();
        string message = await _fixture.RefusedAsync(
            new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(300) }, [SqliteMigrations.All[0], next]);
        waited.Stop();
        SqliteProcessStore cancelled = _fixture.Store(migrations: [SqliteMigrations.All[0], next]);
        using CancellationTokenSource source = new(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cancelled.InitializeAsync(source.Token));

        Assert.Contains("fuser", message, StringComparison.Ordinal);
        Assert.InRange(waited.ElapsedMilliseconds, 250, 5000);
    }

    /// <summary>Processes that fight for one row: nobody's step is lost, and the chain that all of them append to has no gap.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Commit_SeveralProcessesOneRow_EveryStepCountsOnce()
    {
        const int Processes = 4;
        const int Steps = 50;
        SqliteProcessStore store = await _fixture.OpenAsync();
        RunRecord run = await AddAsync(store);
        HelperProcess[] helpers = await Task.WhenAll(Enumerable.Range(0, Processes).Select(
            _ => HelperProcess.StartAsync("increment", _fixture.File, run.RunId.Value, $"{Steps}")));
        try
        {
            foreach (HelperProcess helper in helpers)
            {
                await helper.GoAsync();
            }

            foreach (HelperProcess helper in helpers)
            {
                Assert.Equal("done", await helper.ReadLineAsync());
            }
        }
        finally
        {
            foreach (HelperProcess helper in helpers)
            {
                await helper.DisposeAsync();
            }
        }

        Assert.Equal(1 + (Processes * Steps), (await store.FindRunAsync(run.RunId, SqliteFixture.Aborted))!.Version);
        IReadOnlyList<AuditChainRow> chain = await store.ReadChainAsync("node", 0, 1000, SqliteFixture.Aborted);
        Assert.Equal(Processes * Steps, chain.Count);
        Assert.Null(AuditChain.Verify(chain));
    }

    private static async Task<RunRecord> AddAsync(SqliteProcessStore store) =>
        (await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted)).Run!;
}
