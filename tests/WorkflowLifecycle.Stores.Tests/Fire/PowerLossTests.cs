using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Fire;

/// <summary>
/// The writes and flushes of a process that makes a store, commits, closes it and does it again, recorded by the kernel. The machine loses its power after
/// each of them: what was not flushed is there, or not, or in part.
/// </summary>
[Trait("Scenario", "S36")]
public sealed class PowerLossTests : IAsyncLifetime
{
    private const int Commits = 3;
    private const int Sector = 512;

    private readonly SqliteFixture _fixture = new();

    public static bool CanRecord { get; } = OperatingSystem.IsLinux() && File.Exists("/usr/bin/strace");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory(Timeout = 300_000, SkipUnless = nameof(CanRecord), Skip = "Recording needs strace.")]
    [InlineData(CommitDurability.Machine)]
    [InlineData(CommitDurability.Process)]
    public async Task Open_PowerLostAfterAnyWrite_WhatWasPromisedIsThereAndNothingHalf(CommitDurability durability)
    {
        RecordedCall[] calls = await RecordAsync(durability);
        List<string> told = await TellEachAsync(calls);
        Assert.Equal(2 * Commits, told.Count - 1);
        Assert.Equal(told.Count, told.Distinct().Count());

        int points = 0;
        int forgotten = 0;
        ConcurrentDictionary<string, byte> seen = new();
        Stopwatch watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            AfterEachCall(calls),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = SqliteFixture.Aborted },
            async (point, _) =>
            {
                Interlocked.Increment(ref points);
                (byte[]? database, byte[]? log, int acknowledged) = point;
                if (!seen.TryAdd($"{acknowledged} {Hash(database)} {Hash(log)}", 0))
                {
                    return;
                }

                int there = told.IndexOf(await TellAsync(database, log));

                Interlocked.Add(ref forgotten, there < acknowledged ? 1 : 0);

                // The next commit may have reached the disk, and not yet the caller.
                Assert.InRange(there, durability == CommitDurability.Machine ? acknowledged : 0, acknowledged + 1);
            });
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{durability}: {calls.Length} calls, {seen.Count} states of the disk, {forgotten} without an acknowledged commit, in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.True(points > calls.Length);

        // That commits without a flush can be lost here shows that losing them is seen.
        Assert.Equal(durability == CommitDurability.Process, forgotten > 0);
    }

    private async Task<RecordedCall[]> RecordAsync(CommitDurability durability)
    {
        string log = _fixture.File + ".strace";
        string[] paths = [_fixture.File, _fixture.File + "-wal", _fixture.File + ".acks"];
        await using HelperProcess strace = HelperProcess.StartBy(
            "strace",
            [
                "-f", "-y", "-xx", "-s", "70000", "-o", log, .. paths.SelectMany(path => new[] { "-P", path }),
                "-e", "trace=write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,unlink,rename,fallocate",
                HelperProcess.ProgramPath, "record", _fixture.File, durability.ToString(), $"{Commits}",
            ]);
        Assert.Equal(0, await strace.WaitForExitAsync());
        string[] lines = await File.ReadAllLinesAsync(log, SqliteFixture.Aborted);
        Assert.DoesNotContain(lines, line => line.Contains(" writev(", StringComparison.Ordinal) || line.Contains(" pwritev(", StringComparison.Ordinal) ||
            line.Contains(" rename(", StringComparison.Ordinal) || line.Contains(" fallocate(", StringComparison.Ordinal));
        return [.. RecordedCall.Read(lines)];
    }

    /// <summary>What the store showed after none, one, two of the commits: with everything that was written, whether flushed or not.</summary>
    private static async Task<List<string>> TellEachAsync(RecordedCall[] calls)
    {
        List<string> told = [await TellAsync(null, null)];
        FragileFile database = new();
        FragileFile log = new();
        foreach (RecordedCall call in calls)
        {
            if (IsAcknowledgement(call))
            {
                told.Add(await TellAsync(database.Content(_ => true, null), log.Content(_ => true, null)));
            }
            else
            {
                FileOf(call, database, log)?.Apply(call);
            }
        }

        return told;
    }

    private static IEnumerable<(byte[]? Database, byte[]? Log, int Acknowledged)> AfterEachCall(RecordedCall[] calls)
    {
        FragileFile database = new();
        FragileFile log = new();
        Random random = new(36);
        int acknowledged = 0;
        foreach (RecordedCall call in calls)
        {
            acknowledged += IsAcknowledgement(call) ? 1 : 0;
            FileOf(call, database, log)?.Apply(call);
            foreach ((Func<int, bool> kept, int? torn) in Losses(Math.Max(database.Pending, log.Pending), call, random))
            {
                yield return (database.Content(kept, torn), log.Content(kept, torn), acknowledged);
            }

            if (log.Former is { } former && log.Pending == 0)
            {
                yield return (database.Content(_ => true, null), former, acknowledged);
            }
        }
    }

    private static IEnumerable<(Func<int, bool> Kept, int? Torn)> Losses(int pending, RecordedCall last, Random random)
    {
        yield return (_ => true, null);
        if (pending == 0)
        {
            yield break;
        }

        yield return (_ => false, null);
        yield return (i => i != pending - 1, null);
        yield return (i => i == pending - 1, null);
        int lost = random.Next(pending);
        yield return (i => i != lost, null);
        foreach (int torn in new[] { Sector, last.Data.Length / 2 / Sector * Sector, last.Data.Length - Sector }.Where(torn => torn > 0).Distinct())
        {
            yield return (_ => true, torn);
            yield return (i => i == pending - 1, torn);
        }

        for (int i = 0; i < 4; i++)
        {
            bool[] kept = [.. Enumerable.Range(0, pending).Select(_ => random.Next(4) != 0)];
            yield return (place => kept[place], null);
        }
    }

    private static bool IsAcknowledgement(RecordedCall call) => call.Name is ("write" or "pwrite64") && call.File.EndsWith(".acks", StringComparison.Ordinal);

    private static FragileFile? FileOf(RecordedCall call, FragileFile database, FragileFile log) =>
        call.File.EndsWith("-wal", StringComparison.Ordinal) ? log : call.File.EndsWith(".db", StringComparison.Ordinal) ? database : null;

    private static string Hash(byte[]? content) => content is null ? "none" : Convert.ToHexString(SHA256.HashData(content));

    private static async Task<string> TellAsync(byte[]? database, byte[]? log)
    {
        using MemoryDirectory directory = new();
        string file = directory.File("after.db");
        await File.WriteAllBytesAsync(file, database ?? []);
        if (log is not null)
        {
            await File.WriteAllBytesAsync(file + "-wal", log);
        }

        await using SqliteProcessStore store = new(file, new SqliteStoreOptions(), TimeProvider.System);
        await store.InitializeAsync(SqliteFixture.Aborted);
        return await RecordedStory.TellAsync(store);
    }
}
