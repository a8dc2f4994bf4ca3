using System.Diagnostics;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>The log of a recorded sequence of commits, cut at every one of its bytes, as a machine may leave it that loses its power.</summary>
[Trait("Scenario", "S36")]
public sealed class LogCutTests : IAsyncLifetime
{
    // Prime, so that the cuts that are written on fall on every place within a frame.
    private const int WritesEvery = 11;

    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact(Timeout = 300_000)]
    public async Task Open_LogCutAtEveryByte_WhatWasCommittedIsThereAndHalfOnesAbsent()
    {
        // Small pages, so that the log is short and every byte of it can be tried.
        _fixture.Query("PRAGMA page_size = 512; VACUUM");
        await (await _fixture.OpenAsync()).DisposeAsync();
        SqliteProcessStore recorded = await _fixture.OpenAsync();
        byte[] database = File.ReadAllBytes(_fixture.File);
        List<string> told = [await RecordedStory.TellAsync(recorded)];
        List<int> ends = [0];
        CommitResult? before = null;
        foreach (Func<CommitResult?, StoreCommit> commit in RecordedStory.Commits)
        {
            before = await recorded.CommitAsync(commit(before), CommitDurability.Machine, SqliteFixture.Aborted);
            Assert.True(before.IsCommitted);
            told.Add(await RecordedStory.TellAsync(recorded));
            ends.Add((int)new FileInfo(_fixture.File + "-wal").Length);
        }

        byte[] log = File.ReadAllBytes(_fixture.File + "-wal");
        Assert.Equal(database, File.ReadAllBytes(_fixture.File));
        Assert.Equal(told.Count, told.Distinct().Count());

        Stopwatch watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, log.Length + 1),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = SqliteFixture.Aborted },
            async (cut, _) =>
            {
                int committed = ends.FindLastIndex(end => end <= cut);
                Assert.Equal((cut, told[committed]), (cut, await TellAfterCutAsync(database, log.AsMemory(0, cut), writes: cut % WritesEvery == 0)));
            });
        TestContext.Current.TestOutputHelper!.WriteLine($"{log.Length + 1} cuts of a log of {told.Count - 1} commits in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>What a store shows that finds this log, and no index of it; and whether it can be written to.</summary>
    private static async Task<string> TellAfterCutAsync(byte[] database, ReadOnlyMemory<byte> log, bool writes)
    {
        using MemoryDirectory directory = new();
        string file = directory.File("cut.db");
        await File.WriteAllBytesAsync(file, database);
        await File.WriteAllBytesAsync(file + "-wal", log);
        await using SqliteProcessStore store = new(file, new SqliteStoreOptions(), TimeProvider.System);
        await store.InitializeAsync(SqliteFixture.Aborted);
        string told = await RecordedStory.TellAsync(store);
        if (writes)
        {
            StoreCommit next = new() { AddRun = Rows.Run("next"), Audit = [Rows.Audit()] };
            Assert.True((await store.CommitAsync(next, CommitDurability.Process, SqliteFixture.Aborted)).IsCommitted);
            Assert.Null(AuditChain.Verify(await store.ReadChainAsync("node", 0, 1000, SqliteFixture.Aborted)));
            Assert.NotNull(await store.FindRunAsync(RunId.Parse("next"), SqliteFixture.Aborted));
        }

        return told;
    }
}
