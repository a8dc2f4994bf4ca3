using CsCheck;
using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Tests.Cgroups;

public sealed class MountInfoTests
{
    private const string Hybrid = """
        24 30 0:22 / /proc rw,nosuid - proc proc rw
        31 24 0:27 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
        32 31 0:28 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate
        33 31 0:29 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd
        """;

    [Fact]
    public void FindCgroup2_OnAHybridMachine_IsNotWhereOneExpectsIt() =>
        Assert.Equal([new CgroupMount("/sys/fs/cgroup/unified", "/")], MountInfo.FindCgroup2(Hybrid));

    [Fact]
    public void FindCgroup2_SeveralMounts_AreAllFoundWithWhatTheyShow() => Assert.Equal(
        [new CgroupMount("/sys/fs/cgroup", "/"), new CgroupMount("/mnt/part", "/a/b")],
        MountInfo.FindCgroup2("30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n40 1 0:26 /a/b /mnt/part rw shared:1 master:2 - cgroup2 none rw\n"));

    [Fact]
    public void FindCgroup2_EscapedPath_IsUnescaped() => Assert.Equal(
        [new CgroupMount("/mnt/two words\tand\\more", "/")],
        MountInfo.FindCgroup2(@"30 1 0:26 / /mnt/two\040words\011and\134more rw - cgroup2 cgroup2 rw"));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("30 1 0:26 / /sys/fs/cgroup rw")]
    [InlineData("- cgroup2 cgroup2 rw")]
    [InlineData("30 1 - cgroup2 cgroup2 rw")]
    [InlineData("30 1 0:26 / /cgroup2 rw - tmpfs cgroup2 rw")]
    [InlineData("30 1 0:26 / /sys/fs/cgroup rw - cgroup2fs cgroup2 rw")]
    public void FindCgroup2_WhereThereIsNone_FindsNone(string text) => Assert.Empty(MountInfo.FindCgroup2(text));

    [Fact]
    public void FindCgroup2_AnyText_NeverThrows() =>
        Gen.OneOf(Gen.String, Gen.String.Select(text => text + " - cgroup2 " + text), Gen.Const(@"1 1 0:1 /\ /\04 rw - cgroup2 a"), Gen.Const(@"1 1 0:1 /\088 /\3 rw - cgroup2 a"))
            .Sample(text => MountInfo.FindCgroup2(text) is not null);

    [Theory]
    [InlineData("0::/user.slice/x\n", "/user.slice/x")]
    [InlineData("12:cpu:/\n1:name=systemd:/a\n0::/\n", "/")]
    [InlineData("12:cpu:/\n1:name=systemd:/a\n", null)]
    [InlineData("", null)]
    public void FindOwnPath_OfACgroupFile_IsThatOfTheUnifiedHierarchy(string text, string? expected) =>
        Assert.Equal(expected, MountInfo.FindOwnPath(text));

    [Theory]
    [InlineData("/", "/", "/mnt")]
    [InlineData("/", "/a/b", "/mnt/a/b")]
    [InlineData("/a", "/a", "/mnt")]
    [InlineData("/a", "/a/b", "/mnt/b")]
    [InlineData("/a", "/ab", null)]
    [InlineData("/a", "/", null)]
    [InlineData("/", "/../other", null)]
    public void Locate_PathOfTheHierarchy_IsFoundOnlyWhereTheMountShowsIt(string root, string path, string? expected) =>
        Assert.Equal(expected, new CgroupMount("/mnt", root).Locate(path));
}
