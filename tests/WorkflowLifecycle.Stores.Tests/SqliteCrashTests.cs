using System.Buffers.Binary;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class SqliteCrashTests : IAsyncLifetime
{
    private const int LogHeader = 32;
    private const int FrameHeader = 24;

    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory(Timeout = 120_000)]
    [Trait("Scenario", "S36")]
    [InlineData(CommitDurability.Machine)]
    [InlineData(CommitDurability.Process)]
    public async Task Commit_ProcessKilledWhileWriting_WhatItAcknowledgedIsThere(CommitDurability durability)
    {
        List<string> acknowledged = [];
        for (int round = 0; round < 3; round++)
        {
            acknowledged.AddRange(await WriteAndKillAsync(durability, 100));

            SqliteProcessStore store = await _fixture.OpenAsync();
            foreach (string run in acknowledged)
            {
                Assert.NotNull(await store.FindRunAsync(RunId.Parse(run), SqliteFixture.Aborted));
            }

            await AssertWholeAsync(store);
            await store.DisposeAsync();
        }
    }

    /// <summary>Killed at any moment while it makes the store, a process leaves a file that the next one opens.</summary>
    [Fact(Timeout = 120_000)]
    [Trait("Scenario", "S38")]
    public async Task Open_ProcessKilledWhileMakingTheStore_TheNextOneOpensIt()
    {
        for (int round = 0; round < 12; round++)
        {
            string file = Path.Combine(_fixture.Directory, $"round-{round}.db");
            await using (HelperProcess helper = await HelperProcess.StartAsync("open", file))
            {
                await helper.GoAsync();
                await Task.Delay(round * 8, SqliteFixture.Aborted);
                helper.Kill();
                await helper.WaitForExitAsync();
            }

            await using SqliteProcessStore store = await _fixture.OpenAsync(file: file);
            Assert.True((await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted)).IsCommitted);
        }
    }

    /// <summary>The log of a killed process, cut at and around every frame and at bytes in between: each commit is there as a whole, or not at all.</summary>
    [Fact(Timeout = 240_000)]
    [Trait("Scenario", "S36")]
    public async Task Open_LogCutAnywhere_CommittedRowsAreThereAndHalfOnesAbsent()
    {
        await WriteAndKillAsync(CommitDurability.Machine, 8);
        byte[] database = File.ReadAllBytes(_fixture.File);
        byte[] log = File.ReadAllBytes(_fixture.File + "-wal");
        long[] ends = [.. CommitEnds(log)];
        int rows = await CountAsync(database, log);
        int before = ends.Length - rows;
        Random random = new(36);
        int frame = FrameHeader + PageSize(log);
        IEnumerable<long> cuts = Enumerable.Range(0, (log.Length - LogHeader) / frame)
            .SelectMany(i => new[] { -1L, 0, 1, FrameHeader, FrameHeader + 1 }.Select(offset => LogHeader + (i * (long)frame) + offset))
            .Concat(Enumerable.Range(0, 60).Select(_ => (long)random.Next(log.Length)))
            .Where(cut => cut <= log.Length)
            .Distinct();

        foreach (long cut in cuts)
        {
            int expected = Math.Max(0, ends.Count(end => end <= cut) - before);
            Assert.Equal((cut, expected), (cut, await CountAsync(database, log[..(int)cut])));
        }
    }

    /// <summary>A log with a flipped bit: everything before it is there, nothing after it, no half commit.</summary>
    [Fact(Timeout = 120_000)]
    [Trait("Scenario", "S36")]
    public async Task Open_BitFlippedInTheLog_NoHalfCommitIsThere()
    {
        await WriteAndKillAsync(CommitDurability.Machine, 8);
        byte[] database = File.ReadAllBytes(_fixture.File);
        byte[] log = File.ReadAllBytes(_fixture.File + "-wal");
        int rows = await CountAsync(database, log);
        Random random = new(37);
        for (int i = 0; i < 40; i++)
        {
            byte[] flipped = [.. log];
            flipped[random.Next(LogHeader, log.Length)] ^= (byte)(1 << random.Next(8));

            Assert.InRange(await CountAsync(database, flipped), 0, rows);
        }
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S26")]
    public async Task Commit_DiskFull_IsRefusedAndTheNextIsWritten()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "A small file system needs root on Linux.");
        string mount = Directory.CreateDirectory(Path.Combine(_fixture.Directory, "small")).FullName;
        await using HelperProcess helper = HelperProcess.StartBy(
            "unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m none \"$1\" && exec \"$2\" fill \"$1/workflows.db\"", "sh", mount, HelperProcess.ProgramPath);

        string said = await helper.ReadToEndAsync();

        Assert.Contains("refused: The disk of the store", said, StringComparison.Ordinal);
        Assert.Contains("then: Committed, 0 lost", said, StringComparison.Ordinal);
    }

    private async Task<List<string>> WriteAndKillAsync(CommitDurability durability, int commits)
    {
        await using HelperProcess writer = await HelperProcess.StartAsync("write", _fixture.File, durability.ToString());
        List<string> acknowledged = [];
        while (acknowledged.Count < commits)
        {
            acknowledged.Add((await writer.ReadLineAsync())!);
        }

        writer.Kill();
        await writer.WaitForExitAsync();
        return acknowledged;
    }

    private async Task<int> CountAsync(byte[] database, byte[] log)
    {
        using TemporaryDirectory directory = new();
        string file = directory.File("cut.db");
        File.WriteAllBytes(file, database);
        File.WriteAllBytes(file + "-wal", log);
        await using SqliteProcessStore store = await _fixture.OpenAsync(file: file);
        return await AssertWholeAsync(store);
    }

    /// <summary>Every run has the kill, the audit entry and the event of its commit, and the chain is whole; how many runs there are.</summary>
    private static async Task<int> AssertWholeAsync(SqliteProcessStore store)
    {
        List<RunRecord> runs = [];
        string? cursor = null;
        do
        {
            RunPage page = await store.SearchRunsAsync(new RunQuery { Cursor = cursor }, SqliteFixture.Aborted);
            runs.AddRange(page.Runs);
            cursor = page.Next;
        }
        while (cursor is not null);

        IReadOnlyList<RunEvent> events = await store.ReadEventsAsync(default, int.MaxValue, SqliteFixture.Aborted);
        Assert.Equal(runs.Select(run => run.RunId).Reverse(), events.Select(happened => happened.RunId));
        foreach (RunRecord run in runs)
        {
            Assert.NotNull(await store.FindKillAsync(run.KillId!.Value, SqliteFixture.Aborted));
        }

        AuditChainRow? last = null;
        while (await store.ReadChainAsync("node", last?.Sequence ?? 0, 1000, SqliteFixture.Aborted) is { Count: > 0 } page)
        {
            Assert.Null(AuditChain.Verify(page, last));
            last = page[^1];
        }

        Assert.Equal(runs.Count, last?.Sequence ?? 0);
        return runs.Count;
    }

    private static int PageSize(byte[] log) => BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));

    /// <summary>Where the frames end that end a transaction: those that carry the size of the database.</summary>
    private static IEnumerable<long> CommitEnds(byte[] log)
    {
        int frame = FrameHeader + PageSize(log);
        byte[] salts = log[16..24];
        for (int start = LogHeader; start + frame <= log.Length; start += frame)
        {
            bool ours = log.AsSpan(start + 8, salts.Length).SequenceEqual(salts);
            if (ours && BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(start + 4)) != 0)
            {
                yield return start + frame;
            }
        }
    }
}
