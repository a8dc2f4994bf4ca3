using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Deleting;

/// <summary>Trees that are too deep for a path, for a stack or for a table of descriptors.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DeepTreeTests : IDisposable
{
    private const int Limit = 240_000;

    private readonly TemporaryDirectory _place = new();

    private string Base => _place.File("base");

    public void Dispose() => _place.Dispose();

    [Theory(Timeout = Limit)]
    [InlineData(20_000)]
    public async Task Tree_DeeperThanAnyPath_IsGone(int levels)
    {
        using Child child = Child.Start("python3", "-c", $"import os; os.mkdir('{Base}'); os.chdir('{Base}')\nfor i in range({levels}): os.mkdir('d'); os.chdir('d')\nopen('leaf','w').close(); print('ready', flush=True)");
        Assert.Equal("ready", await child.ReadLineAsync());
        await child.WaitAsync();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        int most = 0;

        RemovalResult result = Removal.Of(Base, keep: (_, _) =>
        {
            most = Directory.GetFileSystemEntries("/proc/self/fd").Length;
            return null;
        });

        Assert.True(result.IsGone, result.Why);
        Assert.Equal(levels + 2, result.Removed);
        Assert.False(Path.Exists(Base));
        Assert.InRange(most - before, 1, 80);
    }

    [Fact(Timeout = Limit)]
    public void Tree_DeeperThanTheOpenDirectories_WithFilesOnEachLevel_IsGone()
    {
        string deep = Base;
        for (int i = 0; i < 30; i++)
        {
            Directory.CreateDirectory(deep);
            for (int file = 0; file < 5; file++)
            {
                File.WriteAllText(Path.Combine(deep, $"f{file}"), "x");
                Directory.CreateDirectory(Path.Combine(deep, $"s{file}", "t"));
            }

            deep = Path.Combine(deep, "down");
        }

        RemovalResult result = Removal.Of(Base, new WalkLimits { OpenDirectories = 3 });

        Assert.True(result.IsGone, result.Why);
        Assert.Equal((30 * 15) + 30, result.Removed);
        Assert.False(Path.Exists(Base));
    }

    // On the way up ".." leads to where a directory is now, not to where it was found.
    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S69")]
    public void Directory_ThatIsMovedOutWhileTheWalkIsInIt_LeadsTheWalkNowhere()
    {
        string outside = Directory.CreateDirectory(_place.File("outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "precious"), "x");
        Directory.CreateDirectory(Path.Combine(outside, "empty"));
        Directory.CreateDirectory(Path.Combine(Base, "1", "2", "3", "4", "5", "6", "7", "8"));
        File.WriteAllText(Path.Combine(Base, "1", "2", "3", "4", "5", "6", "7", "8", "leaf"), "x");
        File.WriteAllText(Path.Combine(Base, "1", "other"), "x");

        RemovalResult result = Removal.Of(Base, new WalkLimits { OpenDirectories = 2 }, (_, name) =>
        {
            if (name.AsSpan().SequenceEqual("leaf\0"u8))
            {
                Directory.Move(Path.Combine(Base, "1", "2"), Path.Combine(outside, "moved"));
            }

            return null;
        });

        Assert.True(result.IsGone, result.Why);
        Assert.False(Path.Exists(Base));
        Assert.True(File.Exists(Path.Combine(outside, "precious")));
        Assert.True(Directory.Exists(Path.Combine(outside, "empty")));
        Assert.True(Directory.Exists(Path.Combine(outside, "moved")));
    }

    [Fact(Timeout = Limit)]
    public void Removal_WithoutAFreeDescriptor_GoesOnWithThoseItHas()
    {
        string deep = Base;
        for (int i = 0; i < 40; i++)
        {
            deep = Path.Combine(deep, "d");
        }

        Directory.CreateDirectory(deep);
        using PinnedDirectory place = PinnedDirectory.Open(Base)!;
        int highest = Directory.GetFileSystemEntries("/proc/self/fd").Max(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture));
        RemovalResult result;
        using (DescriptorLimit.At((ulong)(highest + 4)))
        {
            result = TreeRemover.Remove(place, static _ => { }, TimeProvider.System);
        }

        Assert.True(result.IsGone, result.Why);
        Assert.False(Path.Exists(Base));
    }
}
