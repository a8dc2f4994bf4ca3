using System.Text;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Spooling;

/// <summary>Entries are whole or told, in order, and leave by settling alone.</summary>
public sealed class EmergencySpoolTests : IDisposable
{
    private const int SlotSize = 8 * 1024;

    private static readonly DateTimeOffset _start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    private string Lane(int number) => Path.Combine(_root.Path, "spool", $"{number}.lane");

    private EmergencySpool Write(int count, int from = 1)
    {
        EmergencySpool spool = new(_root.Path);
        for (int i = from; i < from + count; i++)
        {
            spool.Append(Encoding.UTF8.GetBytes($"entry {i}"), _start.AddSeconds(i));
        }

        return spool;
    }

    private static string[] Texts(SpoolContent content) => [.. content.Entries.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span))];

    private void Change(int slot, int at, byte[] bytes)
    {
        using FileStream file = new(Lane(0), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (slot * SlotSize) + at;
        file.Write(bytes);
    }

    [Fact]
    public void Prepare_MakesPrivateFilesThatHaveTheirBlocks()
    {
        EmergencySpool spool = new(_root.Path);

        Assert.Null(spool.Prepare());
        Assert.Null(spool.Prepare());

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(spool.Path));
        Assert.Equal(4, Directory.GetFiles(spool.Path).Length);
        Assert.All(Directory.GetFiles(spool.Path), file => Assert.Equal((64 * SlotSize, UnixFileMode.UserRead | UnixFileMode.UserWrite), (new FileInfo(file).Length, File.GetUnixFileMode(file))));
        Assert.Empty(spool.Read().Entries);
        Assert.Empty(spool.Read().Damaged);
    }

    [Fact]
    public void Append_EntriesAreReadInOrderByAnother()
    {
        Write(3);

        SpoolContent content = new EmergencySpool(_root.Path).Read();

        Assert.Equal(["entry 1", "entry 2", "entry 3"], Texts(content));
        Assert.Equal([1, 2, 3], content.Entries.Select(entry => entry.Sequence));
        Assert.Equal(_start.AddSeconds(1), content.Entries[0].At);
        Assert.Empty(content.Damaged);
    }

    [Fact]
    public void Settle_TakesOutWhatItNames_AndTheirPlacesAreUsedAgainOldestFirst()
    {
        EmergencySpool spool = Write(64);
        spool.Settle([.. spool.Read().Entries.Take(62)]);

        Write(3, from: 65);

        SpoolContent content = spool.Read();
        Assert.Equal(["entry 63", "entry 64", "entry 65", "entry 66", "entry 67"], Texts(content));
        Assert.Equal([0, 1, 2], content.Entries.Skip(2).Select(entry => entry.Slot));
        Assert.Empty(content.Damaged);
        Assert.All(content.Entries, entry => Assert.Equal(Lane(0), entry.File));
    }

    [Fact]
    public void Append_FullLane_GoesToTheNextAndThenToFilesOfTheirOwn()
    {
        EmergencySpool spool = Write(4 * 64 + 2);

        SpoolContent content = spool.Read();

        Assert.Equal(Enumerable.Range(1, (4 * 64) + 2).Select(i => $"entry {i}"), Texts(content));
        Assert.Equal(2, Directory.GetFiles(spool.Path, "single-*").Length);
        spool.Settle(content.Entries);
        Assert.Empty(spool.Read().Entries);
        Assert.Empty(Directory.GetFiles(spool.Path, "single-*"));
    }

    [Theory]
    [InlineData(0, "the mark")]
    [InlineData(4, "the length")]
    [InlineData(9, "the number")]
    [InlineData(17, "the time")]
    [InlineData(30, "the hash before")]
    [InlineData(60, "its hash")]
    [InlineData(90, "the payload")]
    public void Read_AlteredEntry_IsToldAndNotRead(int at, string what)
    {
        EmergencySpool spool = Write(3);

        Change(1, at, [0xEE]);

        SpoolContent content = spool.Read();
        Assert.Equal(["entry 1", "entry 3"], Texts(content));
        Assert.True(content.Damaged is [{ } told] && told.Contains("place 1", StringComparison.Ordinal), what);

        // Nobody writes over it, and the rest goes on.
        Write(1, from: 4);
        Assert.Equal(["entry 1", "entry 3", "entry 4"], Texts(spool.Read()));
        Assert.Single(spool.Read().Damaged);
    }

    [Fact]
    public void Read_EntryOfWhichNotAllBytesCameToTheDisk_IsTold()
    {
        EmergencySpool spool = Write(2);

        Change(1, 0, new byte[100]);
        Change(2, 4096, [1]);

        SpoolContent content = spool.Read();
        Assert.Equal(["entry 1"], Texts(content));
        Assert.Contains(content.Damaged, told => told.Contains("place 2", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_EntryThatWasTakenOut_IsMissed()
    {
        EmergencySpool spool = Write(3);

        Change(1, 0, new byte[SlotSize]);

        SpoolContent content = spool.Read();
        Assert.Equal(["entry 1", "entry 3"], Texts(content));
        Assert.Contains("missing", Assert.Single(content.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EntryInThePlaceOfAnother_IsToldByTheOneAfterIt()
    {
        using TemporaryDirectory other = new();
        EmergencySpool forger = new(other.Path);
        forger.Append("entry 1"u8, _start);
        forger.Append("forged"u8, _start.AddSeconds(2));
        EmergencySpool spool = Write(3);
        byte[] forged = File.ReadAllBytes(Path.Combine(forger.Path, "0.lane"))[SlotSize..(2 * SlotSize)];

        Change(1, 0, forged);

        SpoolContent content = spool.Read();
        Assert.Equal(["entry 1", "entry 3"], Texts(content));
        Assert.Contains("place 1", Assert.Single(content.Damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void Append_DirectoryThatOthersMayWriteIn_IsRefused()
    {
        EmergencySpool spool = Write(1);
        File.SetUnixFileMode(spool.Path, (UnixFileMode)0x1FF);

        Assert.Throws<IOException>(() => spool.Append("x"u8, _start));
        Assert.Empty(spool.Read().Entries);
        Assert.Contains("others may write", Assert.Single(spool.Read().Damaged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(EmergencySpool.MaximumPayload + 1)]
    public void Append_WhatIsNoEntry_IsRefused(int length) => Assert.Throws<ArgumentException>(() => new EmergencySpool(_root.Path).Append(new byte[length], _start));

    [Fact]
    public void Append_LongestEntry_IsReadWhole()
    {
        byte[] longest = [.. Enumerable.Range(0, EmergencySpool.MaximumPayload).Select(i => (byte)(i | 1))];
        EmergencySpool spool = new(_root.Path);

        spool.Append(longest, _start);
        spool.Append("next"u8, _start);

        Assert.Equal(longest, spool.Read().Entries[0].Payload.ToArray());
    }

    [Fact(Timeout = 60_000)]
    public async Task Append_ManyAtOnce_LosesNone()
    {
        EmergencySpool spool = new(_root.Path);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                new EmergencySpool(_root.Path).Append(Encoding.UTF8.GetBytes($"{writer}/{i}"), _start);
            }
        })));

        Assert.Equal(160, Texts(spool.Read()).Distinct().Count());
        Assert.Empty(spool.Read().Damaged);
    }

    [Fact]
    public void TryBeginMerge_IsForOneAtATime()
    {
        EmergencySpool spool = Write(1);
        using (IDisposable? first = spool.TryBeginMerge())
        {
            Assert.NotNull(first);
            Assert.Null(new EmergencySpool(_root.Path).TryBeginMerge());
        }

        using IDisposable? again = spool.TryBeginMerge();
        Assert.NotNull(again);
    }
}
