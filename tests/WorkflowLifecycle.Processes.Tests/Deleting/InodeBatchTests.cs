using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

public sealed class InodeBatchTests
{
    // A FUSE file system may have names of as much.
    private static readonly byte[] _long = [.. Enumerable.Repeat((byte)'l', 1024), 0];
    private static readonly byte[] _short = [.. Enumerable.Repeat((byte)'s', 255), 0];

    [Fact]
    public void Add_OfLongNamesWhereThereIsRoom_KeepsAll()
    {
        InodeBatch batch = new();
        int count = 0;
        for (; batch.HasRoomFor(_long); count++)
        {
            batch.Add((ulong)count, count % 3 == 0 ? _long : _short);
        }

        Assert.InRange(count, 1000, 32 * 1024);
        Assert.True(batch.HasRoomFor(_short));
        Assert.All(Enumerable.Range(0, count), index => Assert.True(batch[index].SequenceEqual(index % 3 == 0 ? _long : _short)));
    }

    [Fact]
    public void Add_OfANameLongerThanTheBatch_IsItsOnlyOne()
    {
        InodeBatch batch = new();
        byte[] name = [.. Enumerable.Repeat((byte)'n', 2 * 1024 * 1024), 0];

        Assert.True(batch.HasRoomFor(name));
        batch.Add(1, name);

        Assert.True(batch[0].SequenceEqual(name));
        Assert.False(batch.HasRoomFor("a\0"u8));
        batch.Clear();
        Assert.True(batch.HasRoomFor("a\0"u8));
    }
}
