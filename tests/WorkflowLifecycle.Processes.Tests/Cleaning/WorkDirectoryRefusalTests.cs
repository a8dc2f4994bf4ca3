using System.Diagnostics;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>Directories of which nobody means that they be deleted.</summary>
[Collection(nameof(AloneCollection))]
public sealed class WorkDirectoryRefusalTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryDirectory _place = new();
    private readonly List<OccupiedPlace> _occupied = [];
    private readonly string? _home = Environment.GetEnvironmentVariable("HOME");

    private IResourceProvider Cleaner => Make(new WorkDirectoryCleanerOptions());

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("HOME", _home);
        _place.Dispose();
    }

    [Theory(Timeout = Limit)]
    [InlineData(null, "LaunchRequest.WorkingDirectory")]
    [InlineData("", "No directory is named")]
    [InlineData("..", "relative")]
    [InlineData("work", "relative")]
    [InlineData("/tmp/../etc", "'..'")]
    [InlineData("/tmp//x", "empty component")]
    [InlineData("/tmp/a\0b", "NUL")]
    [Trait("Scenario", "S68")]
    public async Task WorkDirectory_ThatIsNotPlain_IsRefused(string? path, string why) =>
        Assert.Contains(why, await FileRuns.RefusalAsync(Cleaner, path), StringComparison.Ordinal);

    [Theory(Timeout = Limit)]
    [InlineData("/")]
    [InlineData("/home")]
    [InlineData("/tmp")]
    [InlineData("/tmp/")]
    [InlineData("/usr")]
    [InlineData("/usr/lib")]
    [InlineData("/usr/share/doc")]
    [InlineData("/etc")]
    [InlineData("/etc/default")]
    [InlineData("/var")]
    [InlineData("/var/lib")]
    [InlineData("/var/tmp")]
    [InlineData("/dev")]
    [InlineData("/dev/shm")]
    [InlineData("/dev/pts")]
    [InlineData("/proc")]
    [InlineData("/proc/self")]
    [InlineData("/sys")]
    [InlineData("/sys/kernel")]
    [InlineData("/run")]
    [InlineData("/boot")]
    [InlineData("/opt")]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_OfTheSystem_IsRefused(string path) => Assert.NotEmpty(await FileRuns.RefusalAsync(Cleaner, path));

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_ThatIsAHomeOrHoldsOne_IsRefused()
    {
        string home = Directory.CreateDirectory(Path.Combine(_place.Path, "homes", "me")).FullName;
        Assert.NotEmpty(await FileRuns.RefusalAsync(Cleaner, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));
        Environment.SetEnvironmentVariable("HOME", home);

        Assert.Contains("home", await FileRuns.RefusalAsync(Cleaner, home), StringComparison.Ordinal);
        Assert.Contains("home", await FileRuns.RefusalAsync(Cleaner, Path.GetDirectoryName(home)), StringComparison.Ordinal);

        Directory.CreateSymbolicLink(_place.File("link"), home);
        Environment.SetEnvironmentVariable("HOME", _place.File("link"));
        Assert.Contains("home", await FileRuns.RefusalAsync(Cleaner, home), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_OfTheHostItself_IsRefused()
    {
        Assert.NotEmpty(await FileRuns.RefusalAsync(Cleaner, AppContext.BaseDirectory));
        Assert.NotEmpty(await FileRuns.RefusalAsync(Cleaner, Path.GetDirectoryName(Environment.CurrentDirectory)));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_ThatHoldsAnotherRun_IsRefused_AtTheLaunchAndAtTheDeletion()
    {
        string work = Directory.CreateDirectory(Path.Combine(_place.Path, "work", "of another")).Parent!.FullName;
        LaunchRequest request = new("true") { WorkingDirectory = work, WorkDirectory = WorkDirectoryPolicy.Delete };
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(Cleaner, FileRuns.Run(work), request);
        _occupied.Add(new OccupiedPlace(Path.Combine(work, "of another"), "the working directory of run run_1, which is not over"));

        Assert.Contains("run_1", await FileRuns.RefusalAsync(Cleaner, work), StringComparison.Ordinal);
        IOException refusal = await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());
        Assert.Contains("run_1", refusal.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(work, "of another")));
        Assert.True(await Cleaner.ExistsAsync(provided.Resources[0], FileRuns.Over(run)));

        _occupied.Clear();
        Environment.SetEnvironmentVariable("HOME", work);
        await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());
        Environment.SetEnvironmentVariable("HOME", _home);
        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));
        Assert.False(Directory.Exists(work));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_BehindABindMount_IsKnownByWhatItIs()
    {
        string[] lines = await NamespaceHelper.RunAsync(["-m"], "alias", _place.Path);

        Assert.Contains(lines, line => line.StartsWith("alias/work: ", StringComparison.Ordinal) && line.Contains("of another", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("alias/work/of another: ", StringComparison.Ordinal) && line.Contains("holds", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("alias/state/run: ", StringComparison.Ordinal) && line.Contains("the state", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("usr/share: ", StringComparison.Ordinal) && line.Contains("belongs to the system", StringComparison.Ordinal));
        Assert.Contains("alias/free: free", lines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_ThatHoldsWhatALinkLeadsTo_IsRefused()
    {
        string work = Directory.CreateDirectory(_place.File("work")).FullName;
        await File.WriteAllTextAsync(Path.Combine(work, "runs.db"), string.Empty, TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(_place.File("runs.db"), Path.Combine(work, "runs.db"));
        Directory.CreateSymbolicLink(_place.File("link"), work);
        foreach (string store in (string[])[_place.File("runs.db"), Path.Combine(_place.File("link"), "runs.db")])
        {
            _occupied.Clear();
            _occupied.Add(new OccupiedPlace(store, "the store of runs"));
            Assert.Contains("the store of runs", await FileRuns.RefusalAsync(Cleaner, work), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S71")]
    public async Task WorkDirectory_ThatIsTheRootOfARepository_IsRefused_AndItsWorktreeIsNot()
    {
        string repository = _place.File("repository");
        string worktree = _place.File("worktree");
        Git(_place.Path, "init", "-q", repository);
        Git(repository, "-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "--allow-empty", "-m", "first");
        IResourceProvider allowed = Make(new WorkDirectoryCleanerOptions { AllowRepositoryRoots = true });
        LaunchRequest request = new("true") { WorkingDirectory = repository, WorkDirectory = WorkDirectoryPolicy.Delete };

        Assert.Contains("AllowRepositoryRoots", await FileRuns.RefusalAsync(Cleaner, repository), StringComparison.Ordinal);
        await FileRuns.ProvideAsync(allowed, FileRuns.Run(repository), request);

        Git(repository, "worktree", "add", "-q", worktree);
        Assert.Contains(worktree, await FileRuns.RefusalAsync(allowed, repository), StringComparison.Ordinal);
        await FileRuns.ProvideAsync(Cleaner, FileRuns.Run(worktree), request with { WorkingDirectory = worktree });

        string holder = Directory.CreateDirectory(_place.File("holder")).FullName;
        Directory.Move(repository, Path.Combine(holder, "repository"));
        Assert.Contains(worktree, await FileRuns.RefusalAsync(Cleaner, holder), StringComparison.Ordinal);
        Git(_place.Path, "init", "-q", "--bare", _place.File("bare.git"));
        Assert.Contains("repository", await FileRuns.RefusalAsync(Cleaner, _place.File("bare.git")), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S68")]
    public async Task WorkDirectory_BehindALink_IsRefused_AndNamedPlainly()
    {
        Directory.CreateDirectory(Path.Combine(_place.Path, "real", "work"));
        Directory.CreateSymbolicLink(_place.File("link"), _place.File("real"));

        Assert.Contains("symbolic link", await FileRuns.RefusalAsync(Cleaner, Path.Combine(_place.File("link"), "work")), StringComparison.Ordinal);
        Assert.Contains("is not there", await FileRuns.RefusalAsync(Cleaner, _place.File("missing")), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Archive_WithoutAGoodPlace_IsRefused_WithTheSetting()
    {
        string work = Directory.CreateDirectory(_place.File("work")).FullName;
        string inside = Directory.CreateDirectory(Path.Combine(work, "archives")).FullName;
        string open = Directory.CreateDirectory(_place.File("open")).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)0x1FF);
        foreach (string? place in (string?[])[null, inside, open, _place.File("missing")])
        {
            IResourceProvider cleaner = Make(new WorkDirectoryCleanerOptions { ArchiveDirectory = place });
            Assert.Contains("WorkDirectoryCleanerOptions.ArchiveDirectory", await FileRuns.RefusalAsync(cleaner, work, WorkDirectoryPolicy.Archive), StringComparison.Ordinal);
        }
    }

    private static void Git(string directory, params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = directory, RedirectStandardError = true })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    private IResourceProvider Make(WorkDirectoryCleanerOptions options) =>
        WorkDirectoryCleaner.Create(options, (_, _) => ValueTask.FromResult<IReadOnlyList<OccupiedPlace>>([.. _occupied]), TimeProvider.System);
}
