using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.RunDirectories;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _runs = new();

    public void Dispose() => _runs.Dispose();

    private RunDirectory Make() => RunDirectory.Create(_runs.Path, Guid.NewGuid().ToString("N"));

    [Fact]
    public void Create_Directory_IsItsOwnersAloneAndHasTheLock()
    {
        RunDirectory directory = Make();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory.Path, RunDirectory.LockFile)));
    }

    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S21")]
    public async Task Remove_BySeveralAtOnce_IsDoneOnceAndFailsForNobody()
    {
        for (int round = 0; round < 300; round++)
        {
            RunDirectory directory = Make();
            using Barrier start = new(3);

            IReadOnlyList<string>[] failed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return directory.Remove(keepOutput: false).Failed;
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));

            Assert.All(failed, Assert.Empty);
            Assert.False(directory.Exists);
        }
    }

    [Fact]
    public void Create_Twice_IsRefused()
    {
        RunDirectory directory = Make();
        Assert.Throws<IOException>(() => RunDirectory.Create(_runs.Path, Path.GetFileName(directory.Path)));
    }

    [Fact]
    public void Remove_Directory_LeavesNothing()
    {
        RunDirectory directory = Make();
        File.WriteAllText(Path.Combine(directory.Path, "journal"), "x");
        Directory.CreateDirectory(Path.Combine(directory.Path, "hollow"));

        (IReadOnlyList<string> removed, IReadOnlyList<string> kept, IReadOnlyList<string> failed) = directory.Remove(keepOutput: false);

        Assert.Equal(["critical", "hollow", "journal", RunDirectory.LockFile], removed.Order(StringComparer.Ordinal));
        Assert.Empty(kept);
        Assert.Empty(failed);
        Assert.False(directory.Exists);
    }

    [Fact]
    [Trait("Scenario", "S69")]
    public void Remove_SymbolicLinkInside_IsRemovedAndNeverFollowed()
    {
        RunDirectory directory = Make();
        using TemporaryDirectory outside = new();
        string precious = outside.Write("precious", "x");
        Directory.CreateSymbolicLink(Path.Combine(directory.Path, "link"), outside.Path);
        File.CreateSymbolicLink(Path.Combine(directory.Path, "file-link"), precious);

        (_, _, IReadOnlyList<string> failed) = directory.Remove(keepOutput: false);

        Assert.Empty(failed);
        Assert.False(directory.Exists);
        Assert.True(File.Exists(precious));
    }

    [Fact]
    [Trait("Scenario", "S69")]
    public void Remove_DirectoryThatIsALink_TouchesNothing()
    {
        using TemporaryDirectory outside = new();
        string precious = outside.Write("precious", "x");
        Directory.CreateSymbolicLink(_runs.File("swapped"), outside.Path);

        Assert.Throws<IOException>(() => new RunDirectory(_runs.File("swapped")).Remove(keepOutput: false));
        Assert.True(File.Exists(precious));
    }

    [Fact]
    public void Remove_NestedDirectoryWithContent_IsNamedAndLeft()
    {
        RunDirectory directory = Make();
        string nested = Directory.CreateDirectory(Path.Combine(directory.Path, "nested")).FullName;
        File.WriteAllText(Path.Combine(nested, "theirs"), "x");

        (IReadOnlyList<string> removed, _, IReadOnlyList<string> failed) = directory.Remove(keepOutput: false);

        Assert.Equal(["critical", RunDirectory.LockFile], removed.Order(StringComparer.Ordinal));
        Assert.Equal(["nested"], failed);
        Assert.True(File.Exists(Path.Combine(nested, "theirs")));
    }

    [Fact]
    public void Remove_KeepingOutput_KeepsTheOutputFilesAlone()
    {
        RunDirectory directory = Make();
        foreach (string name in (string[])["stdout.log", "stdout.log.1", "stderr.log", "journal", "exit"])
        {
            File.WriteAllText(Path.Combine(directory.Path, name), "x");
        }

        (IReadOnlyList<string> removed, IReadOnlyList<string> kept, IReadOnlyList<string> failed) = directory.Remove(keepOutput: true);

        Assert.Equal(["critical", "exit", "journal", RunDirectory.LockFile], removed.Order(StringComparer.Ordinal));
        Assert.Equal(["stderr.log", "stdout.log", "stdout.log.1"], kept.Order(StringComparer.Ordinal));
        Assert.Empty(failed);
        Assert.Equal(3, Directory.GetFiles(directory.Path).Length);
    }

    [Fact]
    public void Remove_Twice_IsHarmless()
    {
        RunDirectory directory = Make();
        directory.Remove(keepOutput: false);

        (IReadOnlyList<string> removed, IReadOnlyList<string> kept, IReadOnlyList<string> failed) = directory.Remove(keepOutput: false);

        Assert.Empty(removed.Concat(kept).Concat(failed));
    }
}
