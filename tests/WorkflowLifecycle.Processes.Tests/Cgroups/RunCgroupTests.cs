using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cgroups;

public sealed class RunCgroupTests
{
    private static string Id => "unit-" + Guid.NewGuid().ToString("N");

    [Fact]
    public void Open_MissingWhereNoCgroupsAreShown_IsNotGone()
    {
        using TemporaryDirectory directory = new();

        Assert.Null(RunCgroup.Open(directory.File("wfl-x"), 1, out bool isGone));
        Assert.False(isGone);
        Assert.False(CgroupFileSystem.Holds(directory.Path));
    }

    [Fact]
    public void Open_MissingWithItsParent_IsNotGone()
    {
        Assert.Null(RunCgroup.Open("/nowhere/at/all/wfl-x", 1, out bool isGone));
        Assert.False(isGone);
    }

    [Fact]
    public void Open_OrdinaryDirectoryOfThatName_IsNotGone()
    {
        using TemporaryDirectory directory = new();

        Assert.Null(RunCgroup.Open(directory.Path, ulong.MaxValue, out bool isGone));
        Assert.False(isGone);
    }

    [Fact]
    [Trait("Scenario", "S69")]
    public void Open_SymbolicLinkToACgroup_IsNotFollowed()
    {
        string root = CgroupPlace.Require();
        using TemporaryDirectory directory = new();
        File.CreateSymbolicLink(directory.File("wfl-x"), root);

        Assert.Null(RunCgroup.Open(directory.File("wfl-x"), 1, out bool isGone));
        Assert.False(isGone);
    }

    [Fact]
    public void Open_RemovedWhereCgroupsAreShown_IsGone()
    {
        string root = CgroupPlace.Require();
        using RunCgroup cgroup = RunCgroup.Create(root, Id);
        Assert.Null(cgroup.Remove());

        Assert.Null(RunCgroup.Open(cgroup.Path, cgroup.Inode, out bool isGone));
        Assert.True(isGone);
        Assert.False(cgroup.IsPopulated());
        Assert.Equal(0, cgroup.Kill());
    }

    [Fact]
    public void Open_AnotherCgroupOfThatName_IsGoneAndNotOpened()
    {
        string root = CgroupPlace.Require();
        using RunCgroup cgroup = RunCgroup.Create(root, Id);
        try
        {
            Assert.Null(RunCgroup.Open(cgroup.Path, cgroup.Inode + 1, out bool isGone));
            Assert.True(isGone);
        }
        finally
        {
            Assert.Null(cgroup.Remove());
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_OfACgroup_EndsWhatIsInsideAndNothingElse()
    {
        string root = CgroupPlace.Require();
        using RunCgroup made = RunCgroup.Create(root, Id);
        using RunCgroup cgroup = RunCgroup.Open(made.Path, made.Inode, out _)!;
        using Child inside = Child.Sleeping();
        using Child outside = Child.Sleeping();
        try
        {
            Assert.False(cgroup.IsPopulated());
            Directory.CreateDirectory(cgroup.Path + "/nested");
            await File.WriteAllTextAsync(cgroup.Path + "/nested/cgroup.procs", inside.Pid.ToString(CultureInfo.InvariantCulture));
            List<int> pids = [];
            cgroup.AddProcesses(pids);
            Assert.Equal([inside.Pid], pids);
            Assert.True(cgroup.IsPopulated());
            Assert.NotNull(cgroup.Remove());

            Assert.Equal(0, cgroup.Kill());
            await inside.WaitAsync();

            while (cgroup.IsPopulated() != false)
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            Assert.False(outside.HasExited);
        }
        finally
        {
            inside.End();
            await inside.WaitAsync();
            Assert.Null(cgroup.Remove());
        }
    }

    [Fact]
    public void Create_InAnOrdinaryDirectory_IsRefusedAndLeavesNothing()
    {
        using TemporaryDirectory directory = new();

        Assert.Throws<IOException>(() => RunCgroup.Create(directory.Path, "x"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public void Candidates_WithAConfiguredRoot_AreThatAlone() =>
        Assert.Equal(["/sys/fs/cgroup/mine"], CgroupRoots.Candidates("/sys/fs/cgroup/mine", isRoot: true));
}
