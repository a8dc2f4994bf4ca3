using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.RunDirectories;

/// <summary>What is found below a root, and what of it is believed.</summary>
public sealed class RunRemainsTests : IDisposable
{
    private const string Good = """{"schemaVersion":1,"runId":"run_1","cgroupPath":"/cg/wfl-0a","cgroupInode":7}""";

    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    private RunDirectory Make(string name, string? identity)
    {
        RunDirectory directory = RunDirectory.Create(RuntimeRoot.Prepare(_place.Path, LinuxUser.Current), name);
        if (identity is not null)
        {
            File.WriteAllText(Path.Combine(directory.Path, RunDirectory.Identity), identity);
        }

        return directory;
    }

    private IReadOnlyList<RunRemains> Find() => RuntimeDirectories.FindRemains(_place.Path);

    [Fact]
    public void Find_DirectoryWithItsLock_IsNamedWithItsRunAndCgroup()
    {
        RunDirectory directory = Make("0a", Good);

        RunRemains found = Assert.Single(Find());

        Assert.Equal(("run_1", "0a"), (found.RunId.Value, found.InternalId));
        Assert.Equal((directory.Path, "/cg/wfl-0a", 7ul), (found.Containment.RunDirectory, found.Containment.CgroupPath, found.Containment.CgroupInode));
    }

    [Fact]
    [Trait("Scenario", "S68")]
    public void Find_CgroupOfAnotherName_IsNotBelieved() => Assert.Null(FindOne(Make("0b", Good)).Containment.CgroupPath);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"runId":7,"cgroupPath":null,"cgroupInode":0}""")]
    [InlineData("""{"runId":"..","cgroupPath":null,"cgroupInode":0}""")]
    [InlineData("""{"runId":"run_1","cgroupPath":null,"cgroupInode":-1}""")]
    public void Find_IdentityThatIsNotAsWeWriteIt_IsLeftOut(string? identity)
    {
        Make("0a", identity);
        Assert.Empty(Find());
    }

    [Fact]
    public void Find_WithoutARootOrWithoutTheLock_IsNothing()
    {
        Assert.Empty(RuntimeDirectories.FindRemains(_place.File("none")));
        File.Delete(Make("0a", Good).LockPath);
        Assert.Empty(Find());
    }

    [Fact]
    [Trait("Scenario", "S22")]
    public void Find_DirectoryWhoseCgroupWasNotWrittenDownYet_IsNamedWithTheOneThatHasItsName()
    {
        string cgroup = Directory.CreateDirectory(_place.File("wfl-0a")).FullName;
        Make("0a", $$"""{"schemaVersion":1,"runId":"run_1","cgroupPath":"{{cgroup}}","cgroupInode":0}""");
        Make("0b", $$"""{"schemaVersion":1,"runId":"run_2","cgroupPath":"{{_place.File("wfl-0b")}}","cgroupInode":0}""");

        IReadOnlyList<RunRemains> found = [.. Find().OrderBy(remains => remains.InternalId, StringComparer.Ordinal)];

        Assert.Equal((cgroup, FileFacts.Of(cgroup)!.Inode), (found[0].Containment.CgroupPath, found[0].Containment.CgroupInode));
        Assert.Equal((null, 0ul), (found[1].Containment.CgroupPath, found[1].Containment.CgroupInode));
    }

    [Fact]
    [Trait("Scenario", "S22")]
    public void Clear_DirectoriesWhoseMakersDied_LeavesWhatIsUnderWay()
    {
        string runs = RuntimeRoot.Prepare(_place.Path, LinuxUser.Current);
        string[] unfinished = [.. new[] { "0a", "0b" }.Select(id => Directory.CreateDirectory(Path.Combine(runs, ".part-" + id)).FullName)];
        Array.ForEach(unfinished, directory => File.WriteAllText(Path.Combine(directory, "kill.lock"), string.Empty));
        Directory.SetLastWriteTimeUtc(unfinished[0], TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(2));
        RunDirectory whole = Make("0c", Good);

        Assert.Single(Find());
        Assert.Equal(RunDirectory.UnfinishedAge, RuntimeDirectories.ClearUnfinished(_place.Path, TimeProvider.System));

        Assert.Equal([unfinished[1], whole.Path], Directory.GetDirectories(runs).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S21")]
    public async Task Remove_SeenAtAnyMoment_HasWhatItIsFoundByUntilItIsGone()
    {
        for (int round = 0; round < 300; round++)
        {
            RunDirectory directory = Make($"{round:x32}", Good);
            Array.ForEach(["exit", "empty", "journal"], name => File.WriteAllText(Path.Combine(directory.Path, name), "x"));

            Task removing = Task.Factory.StartNew(
                () => directory.Remove(keepOutput: false), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            while (Names(directory.Path) is { Length: > 0 } names && directory.Exists)
            {
                Assert.Superset(new HashSet<string> { RunDirectory.Identity, RunDirectory.LockFile }, names.ToHashSet(StringComparer.Ordinal));
            }

            await removing;
        }

        Assert.Empty(Directory.GetDirectories(RuntimeRoot.Prepare(_place.Path, LinuxUser.Current)));
    }

    [Fact]
    public void Create_ThatFailsInTheMiddle_LeavesNothing()
    {
        string runs = RuntimeRoot.Prepare(_place.Path, LinuxUser.Current);

        Assert.Throws<IOException>(() => RunDirectory.Create(runs, "0a", static _ => throw new IOException("full")));

        Assert.Empty(Directory.GetFileSystemEntries(runs));
    }

    [Fact]
    public void Remove_KeepingRecords_LeavesWhatProvesTheEnd()
    {
        RunDirectory directory = Make("0a", Good);
        foreach (string name in (string[])["exit", "exit.tmp", "journal", "stdout.log"])
        {
            File.WriteAllText(Path.Combine(directory.Path, name), "x");
        }

        // What the program put there under the name of a record is none.
        Directory.CreateDirectory(Path.Combine(directory.Path, "empty"));
        (IReadOnlyList<string> removed, IReadOnlyList<string> kept, IReadOnlyList<string> failed) = directory.Remove(keepOutput: true, keepRecords: true);

        Assert.Equal(["critical", "empty", "exit.tmp", "journal"], removed.Order(StringComparer.Ordinal));
        Assert.Equal(["stdout.log"], kept);
        Assert.Empty(failed);
        Assert.Equal(["exit", "kill.lock", "run.json", "stdout.log"], Directory.GetFiles(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        directory.Remove(keepOutput: false);
        Assert.False(directory.Exists);
    }

    private static string[] Names(string directory)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries(directory).Select(Path.GetFileName).OfType<string>()];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private RunRemains FindOne(RunDirectory directory) => Assert.Single(Find(), found => found.Containment.RunDirectory == directory.Path);
}
