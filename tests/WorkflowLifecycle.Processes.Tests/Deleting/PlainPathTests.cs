using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

public sealed class PlainPathTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("./relative")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("/")]
    [InlineData("/a/../b")]
    [InlineData("/a/..")]
    [InlineData("/a/./b")]
    [InlineData("/a//b")]
    [InlineData("/a/")]
    [InlineData("/a\0/../etc")]
    [Trait("Scenario", "S68")]
    public void Path_ThatIsNotPlain_IsRefused(string? path)
    {
        Assert.NotNull(PlainPath.WhyNot(path));
        Assert.ThrowsAny<ArgumentException>(() => PinnedDirectory.Open(path!)?.Dispose());
    }

    [Theory]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/a/b", true)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a/b", "/a", false)]
    [InlineData("/", "/a", true)]
    public void Holds_IsAboutComponents(string directory, string path, bool holds) => Assert.Equal(holds, PlainPath.Holds(directory, path));

    [Fact]
    [Trait("Scenario", "S68")]
    public void Base_ThatIsALink_OrBelowOne_IsRefused_WithItsName()
    {
        using TemporaryDirectory place = new();
        Directory.CreateDirectory(Path.Combine(place.Path, "real", "base"));
        File.CreateSymbolicLink(place.File("link"), place.File("real"));
        File.CreateSymbolicLink(place.File("direct"), Path.Combine(place.Path, "real", "base"));

        foreach (string path in new[] { Path.Combine(place.File("link"), "base"), place.File("direct") })
        {
            IOException refusal = Assert.Throws<IOException>(() => PinnedDirectory.Open(path)?.Dispose());
            Assert.Contains("is a symbolic link", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Null(PinnedDirectory.Open(place.File("nothing")));
        Assert.Null(PinnedDirectory.Open(place.Write("file", "x")));
        using PinnedDirectory? real = PinnedDirectory.Open(Path.Combine(place.Path, "real", "base"));
        Assert.NotNull(real);
    }

    [Fact]
    public void Identity_SurvivesItsWayThroughDetails_AndTellsAStranger()
    {
        using TemporaryDirectory place = new();
        string path = Directory.CreateDirectory(place.File("base")).FullName;
        DirectoryIdentity identity;
        using (PinnedDirectory first = PinnedDirectory.Open(path)!)
        {
            identity = DirectoryIdentity.FromDetails(DirectoryIdentity.Of(first.Facts).ToDetails())!;
            Assert.True(identity.Is(first.Facts));
            Assert.True((identity with { BootId = "another", Device = 1 }).Is(first.Facts));
            Assert.False((identity with { Device = 1 }).Is(first.Facts));
            Assert.False((identity with { BornAt = identity.BornAt + 1 }).Is(first.Facts));
            Assert.Throws<IOException>(() => (identity with { BootId = "another", BornAt = 0 }).Is(first.Facts));
        }

        Directory.Move(path, place.File("moved"));
        Directory.CreateDirectory(path);
        using PinnedDirectory second = PinnedDirectory.Open(path)!;
        Assert.False(identity.Is(second.Facts));
        Assert.Null(DirectoryIdentity.FromDetails(new Dictionary<string, string>()));
    }
}
