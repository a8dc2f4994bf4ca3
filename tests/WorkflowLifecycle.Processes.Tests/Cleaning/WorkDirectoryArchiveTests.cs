using System.Diagnostics;
using WorkflowLifecycle.Processes.Linux.Cleaning.Files;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Tests.Deleting;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

public sealed class WorkDirectoryArchiveTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryDirectory _place = new();

    public WorkDirectoryArchiveTests()
    {
        Directory.CreateDirectory(Work);
        Directory.CreateDirectory(Archives);
    }

    private string Work => _place.File("work");

    private string Archives => _place.File("archives");

    private IResourceProvider Cleaner => WorkDirectoryCleaner.Create(
        new WorkDirectoryCleanerOptions { ArchiveDirectory = Archives }, static (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([]), TimeProvider.System);

    public void Dispose() => _place.Dispose();

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private Task<(RunRecord Run, ProvidedResources Provided)> ProvideAsync(WorkDirectoryPolicy policy = WorkDirectoryPolicy.Archive) =>
        FileRuns.ProvideAsync(Cleaner, FileRuns.Run(Work), new LaunchRequest("true") { WorkingDirectory = Work, WorkDirectory = policy });

    private string ArchiveOf(RunRecord run) => Path.Combine(Archives, $"{run.RunId}-{run.InternalId}.tar.gz");

    [Fact(Timeout = Limit)]
    public async Task Keep_IsToldAsKept_AndTouchesNothing()
    {
        (RunRecord run, _) = await ProvideAsync(WorkDirectoryPolicy.Keep);

        RunResource kept = Assert.Single(await Cleaner.DiscoverAsync(FileRuns.Over(run)));

        Assert.Equal((ResourceHandling.Keep, Work), (kept.Handling, kept.Name));
    }

    [Fact(Timeout = Limit)]
    public async Task Delete_RemovesIt_AndWritesNoArchive()
    {
        (RunRecord run, ProvidedResources provided) = await ProvideAsync(WorkDirectoryPolicy.Delete);
        await File.WriteAllTextAsync(Path.Combine(Work, "file"), "x");

        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));

        Assert.False(Directory.Exists(Work));
        Assert.Empty(Directory.GetFileSystemEntries(Archives));
        Assert.Empty(await Cleaner.DiscoverAsync(FileRuns.Over(run)));
    }

    [Fact(Timeout = Limit)]
    public async Task Archive_HoldsEverything_AsAnotherProgramReadsIt()
    {
        string outside = _place.Write("outside.txt", "outside");
        string deep = Directory.CreateDirectory(Path.Combine(Work, string.Join('/', Enumerable.Repeat(new string('d', 100), 5)))).FullName;
        await File.WriteAllTextAsync(Path.Combine(deep, "leaf"), "leaf");
        await File.WriteAllTextAsync(Path.Combine(Work, "größe 大.txt"), "text");
        await File.WriteAllBytesAsync(Path.Combine(Work, "big"), new byte[3_000_001]);
        Directory.CreateDirectory(Path.Combine(Work, "empty"));
        File.CreateSymbolicLink(Path.Combine(Work, "link"), outside);
        Run("ln", Path.Combine(Work, "big"), Path.Combine(Work, "hard"));
        Run("mkfifo", Path.Combine(Work, "fifo"));
        await File.WriteAllTextAsync(Path.Combine(Work, "script"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(Work, "script"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (RunRecord run, ProvidedResources provided) = await ProvideAsync();
        Assert.Equal($"{Work} -> {ArchiveOf(run)}", provided.Resources[0].Name);

        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));

        Assert.False(Directory.Exists(Work));
        Assert.Equal("outside", await File.ReadAllTextAsync(outside));
        Assert.Equal([ArchiveOf(run)], Directory.GetFileSystemEntries(Archives));
        string back = Directory.CreateDirectory(_place.File("back")).FullName;
        Run("tar", "-xzf", ArchiveOf(run), "-C", back);
        Assert.Equal("leaf", await File.ReadAllTextAsync(Path.Combine(back, Path.GetRelativePath(Work, deep), "leaf")));
        Assert.Equal("text", await File.ReadAllTextAsync(Path.Combine(back, "größe 大.txt")));
        Assert.Equal(3_000_001, new FileInfo(Path.Combine(back, "big")).Length);
        Assert.Equal(3_000_001, new FileInfo(Path.Combine(back, "hard")).Length);
        Assert.True(Directory.Exists(Path.Combine(back, "empty")));
        Assert.Equal(outside, new FileInfo(Path.Combine(back, "link")).LinkTarget);
        Assert.Equal("prw", Run("ls", "-ld", Path.Combine(back, "fifo"))[..3]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(back, "script")));
    }

    [Fact(Timeout = Limit)]
    public async Task Archive_OfWhatCannotBeArchived_IsNotMade_AndTheDirectoryStays()
    {
        Run("python3", "-c", $"open(b'{Work}/\\xff','w').close()");
        (RunRecord run, ProvidedResources provided) = await ProvideAsync();

        IOException refusal = await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());

        Assert.Contains("The directory stays", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-8", refusal.Message, StringComparison.Ordinal);
        Assert.True(await Cleaner.ExistsAsync(provided.Resources[0], FileRuns.Over(run)));
        Assert.Empty(Directory.GetFileSystemEntries(Archives));

        // What the base class library cannot: delete a file of such a name.
        Assert.True(Removal.Of(Work).IsGone);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S27")]
    public async Task Archive_OnAFullDisk_LeavesTheDirectoryAndNoHalf_AndIsMadeOnceThereIsRoom()
    {
        string[] lines = await NamespaceHelper.RunAsync(["-m"], "archive-full", _place.Path);

        Assert.Equal(["stays: no space", "work 2, archives 0, exists True", "work False, archives 1, exists False"], lines);
    }

    [Fact(Timeout = Limit)]
    public async Task Retry_WithAnArchive_DeletesWhatIsInIt_AndKeepsWhatCameLater()
    {
        await File.WriteAllTextAsync(Path.Combine(Work, "archived"), "x");
        await File.WriteAllTextAsync(Path.Combine(Work, "linked"), "x");
        Run("ln", Path.Combine(Work, "linked"), Path.Combine(Work, "linked too"));
        File.SetLastWriteTimeUtc(Path.Combine(Work, "archived"), new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (RunRecord run, ProvidedResources provided) = await ProvideAsync();
        string elsewhere = _place.Write("moved in", "x");
        File.SetLastWriteTimeUtc(elsewhere, DateTime.UnixEpoch);
        using (PinnedDirectory pinned = PinnedDirectory.Open(Work)!)
        {
            new WorkDirectoryArchive(ArchiveOf(run), run, TimeProvider.System).Ensure(pinned, static _ => { }, TestContext.Current.CancellationToken);
        }

        byte[] archive = await File.ReadAllBytesAsync(ArchiveOf(run));
        await File.WriteAllTextAsync(Path.Combine(Work, "later"), "x");
        File.Move(elsewhere, Path.Combine(Work, "moved in"));

        IOException refusal = await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());

        Assert.StartsWith("2 entries stay", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["later", "moved in"], Directory.GetFileSystemEntries(Work).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(archive, await File.ReadAllBytesAsync(ArchiveOf(run)));

        File.Move(ArchiveOf(run), _place.File("first.tar.gz"));
        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));
        Assert.False(Directory.Exists(Work));
        Assert.Equal(["later", "moved in"], Run("tar", "-tzf", ArchiveOf(run)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task FileOfAStranger_InTheArchivesPlace_IsNeitherBelievedNorOverwritten()
    {
        await File.WriteAllTextAsync(Path.Combine(Work, "file"), "x");
        (RunRecord run, ProvidedResources provided) = await ProvideAsync();
        await File.WriteAllTextAsync(ArchiveOf(run), "not an archive");

        IOException refusal = await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());

        Assert.Contains("Move that away", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Work, "file")));
        Assert.Equal("not an archive", await File.ReadAllTextAsync(ArchiveOf(run)));
    }

    [Fact(Timeout = Limit)]
    public async Task Directory_ThatHasItsNameByNow_IsNeitherArchivedNorDeleted()
    {
        (RunRecord run, ProvidedResources provided) = await ProvideAsync();
        Directory.Move(Work, _place.File("moved"));
        Directory.CreateDirectory(Work);
        await File.WriteAllTextAsync(Path.Combine(Work, "of a stranger"), "x");

        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));

        Assert.False(await Cleaner.ExistsAsync(provided.Resources[0], FileRuns.Over(run)));
        Assert.True(File.Exists(Path.Combine(Work, "of a stranger")));
        Assert.Empty(Directory.GetFileSystemEntries(Archives));
    }
}
