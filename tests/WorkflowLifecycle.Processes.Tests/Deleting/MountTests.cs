using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>Mounts inside a directory that is removed, in a mount namespace of their own.</summary>
public sealed class MountTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData("kernel")]
    [InlineData("portable")]
    [Trait("Scenario", "S70")]
    public async Task BindMountInside_IsSkippedAndReported_AndItsContentsAreThereAfterwards(string checks)
    {
        string[] lines = await NamespaceHelper.RunAsync(["-m"], "mounts", _place.Path, checks);

        Assert.Contains("remaining 3", lines);
        Assert.Contains(lines, line => line.Contains("base/../", StringComparison.Ordinal) is false && line.Contains("a/bound is a mount point", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("bound-file is a mount point", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("tmpfs is a mount point", StringComparison.Ordinal));
        Assert.Contains("base left: a a/bound a/bound/kept bound-file tmpfs tmpfs/inside", lines);
        Assert.Contains("base itself: remaining 1", lines);
        Assert.Equal(["kept"], Directory.GetFileSystemEntries(_place.File("outside")).Select(Path.GetFileName));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S70")]
    public async Task BindMountInside_IsEmptiedByTheUsualDeletion()
    {
        _ = await NamespaceHelper.RunAsync(["-m"], "mounts", _place.Path, "naive");

        Assert.Empty(Directory.GetFileSystemEntries(_place.File("outside")));
    }

    [Fact(Timeout = Limit)]
    public async Task DirectoryWhoseFileSystemIsNotMounted_IsNotGone()
    {
        string[] lines = await NamespaceHelper.RunAsync(["-m"], "unmount", _place.Path);

        Assert.Contains("there: True", lines);
        Assert.Contains("gone: False", lines);
        Assert.Equal(3, lines.Count(line => line.Contains("Mount it", StringComparison.Ordinal)));
    }
}
