using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

public sealed class TempCleanerTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TemporaryDirectory _place = new();

    private TempCleanerOptions Options => new() { Directory = _place.Path };

    private IResourceProvider Cleaner => TempCleaner.Create(Options, TimeProvider.System);

    public void Dispose() => _place.Dispose();

    [Fact(Timeout = Limit)]
    public async Task Launch_GetsADirectoryOfItsOwn_ByEveryUsualName()
    {
        RunRecord run = FileRuns.Run();

        (_, ProvidedResources provided) = await FileRuns.ProvideAsync(Cleaner, run);

        string path = Path.Combine(_place.Path, "wfl-" + run.InternalId);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        Assert.Equal(["TEMP", "TMP", "TMPDIR"], provided.Environment.Keys.Order(StringComparer.Ordinal));
        Assert.All(provided.Environment.Values, value => Assert.Equal(path, value));
        Assert.Equal((CleanerNames.Temp, path, ResourceHandling.Clean), Assert.Single(provided.Resources) is var made ? (made.Cleaner, made.Name, made.Handling) : default);
    }

    [Fact(Timeout = Limit)]
    public async Task Directory_OfALaunchWhoseHostDied_IsFoundByTheInternalIdAlone()
    {
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(Cleaner, FileRuns.Run());

        RunResource found = Assert.Single(await Cleaner.DiscoverAsync(FileRuns.Over(run with { Resources = [] })));

        Assert.Equal(provided.Resources[0].Name, found.Name);
        await Cleaner.CleanAsync(found, FileRuns.Over(run));
        Assert.False(Directory.Exists(found.Name));
    }

    [Fact(Timeout = Limit)]
    public async Task Directory_ThatHasItsNameByNow_IsNotIt()
    {
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(Cleaner, FileRuns.Run());
        RunResource made = provided.Resources[0];
        Directory.Move(made.Name, _place.File("moved"));
        Directory.CreateDirectory(made.Name);
        await File.WriteAllTextAsync(Path.Combine(made.Name, "of a stranger"), "x");

        Assert.False(await Cleaner.ExistsAsync(made, FileRuns.Over(run)));
        await Cleaner.CleanAsync(made, FileRuns.Over(run));

        Assert.True(File.Exists(Path.Combine(made.Name, "of a stranger")));
        Assert.Empty(await Cleaner.DiscoverAsync(FileRuns.Over(run)));
    }

    [Fact(Timeout = Limit)]
    public async Task Directory_OfAnotherUserByThatName_IsNotFound()
    {
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Only root may give a directory away.");
        }

        RunRecord run = FileRuns.Run();
        string path = Directory.CreateDirectory(_place.File("wfl-" + run.InternalId)).FullName;
        using Child chown = Child.Start("chown", "65534", path);
        Assert.Equal(0, await chown.WaitAsync());

        Assert.Empty(await Cleaner.DiscoverAsync(FileRuns.Over(run)));
        Assert.True(Directory.Exists(path));
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S68")]
    public async Task Directory_ThatALinkTookThePlaceOf_IsUnknownAndTouchesNothing()
    {
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(Cleaner, FileRuns.Run());
        string outside = Directory.CreateDirectory(_place.File("outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "kept"), "x");
        Directory.Delete(provided.Resources[0].Name);
        Directory.CreateSymbolicLink(provided.Resources[0].Name, outside);

        await Assert.ThrowsAsync<IOException>(() => Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());

        await Assert.ThrowsAsync<IOException>(() => Cleaner.ExistsAsync(provided.Resources[0], FileRuns.Over(run)).AsTask());
        Assert.True(File.Exists(Path.Combine(outside, "kept")));
    }

    [Fact(Timeout = Limit)]
    public async Task Base_ThatOthersCanChange_IsRefused_WithTheSetting()
    {
        string open = Directory.CreateDirectory(_place.File("open")).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)0x1FF);
        IResourceProvider cleaner = TempCleaner.Create(new TempCleanerOptions { Directory = open }, TimeProvider.System);

        IOException refusal = await Assert.ThrowsAsync<IOException>(() => FileRuns.ProvideAsync(cleaner, FileRuns.Run()));
        Assert.Contains("sticky", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TempCleanerOptions.Directory", refusal.Message, StringComparison.Ordinal);

        File.SetUnixFileMode(open, (UnixFileMode)0x3FF);
        await FileRuns.ProvideAsync(cleaner, FileRuns.Run());
        IResourceProvider missing = TempCleaner.Create(new TempCleanerOptions { Directory = _place.File("missing") }, TimeProvider.System);
        Assert.Contains("missing", (await Assert.ThrowsAsync<IOException>(() => FileRuns.ProvideAsync(missing, FileRuns.Run()))).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Base_ByASymbolicLinkOfTheSettings_IsTheDirectoryBehindIt()
    {
        string real = Directory.CreateDirectory(_place.File("real")).FullName;
        Directory.CreateSymbolicLink(_place.File("link"), real);
        IResourceProvider cleaner = TempCleaner.Create(new TempCleanerOptions { Directory = _place.File("link") }, TimeProvider.System);

        (_, ProvidedResources provided) = await FileRuns.ProvideAsync(cleaner, FileRuns.Run());

        Assert.StartsWith(real + "/wfl-", provided.Environment["TMPDIR"], StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task SharedDirectory_IsForEveryUserOfTheRun_AndOneAloneIsNot()
    {
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Only root can become another user.");
        }

        File.SetUnixFileMode(_place.Path, (UnixFileMode)0x1ED);
        TempCleanerOptions shared = Options;
        shared.IsSharedByUsers = true;
        (RunRecord run, ProvidedResources provided) = await FileRuns.ProvideAsync(TempCleaner.Create(shared, TimeProvider.System), FileRuns.Run());
        (_, ProvidedResources alone) = await FileRuns.ProvideAsync(Cleaner, FileRuns.Run());

        Assert.Equal(0, await TouchAsOtherAsync(provided.Environment["TMPDIR"]));
        Assert.NotEqual(0, await TouchAsOtherAsync(alone.Environment["TMPDIR"]));

        await Cleaner.CleanAsync(provided.Resources[0], FileRuns.Over(run));
        Assert.False(Directory.Exists(provided.Resources[0].Name));
    }

    [Fact(Timeout = Limit)]
    public async Task Cleaner_OfAHostWithoutPrivileges_GivesAndRemoves()
    {
        if (!LinuxUser.IsRoot)
        {
            Assert.Skip("Only root can become another user; the other tests are this user's.");
        }

        string program = Path.Combine(AppContext.BaseDirectory, "WorkflowLifecycle.Processes.Tests.Helper");
        File.SetUnixFileMode(_place.Path, (UnixFileMode)0x3FF);
        using Child child = Child.Start("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program, "temp-cleaner", _place.Path);

        Assert.Equal("made True, used True, gone True", await child.ReadLineAsync());
    }

    private static async Task<int> TouchAsOtherAsync(string directory)
    {
        using Child child = Child.Start("setpriv", "--reuid", "65534", "--clear-groups", "sh", "-c", "exec 2>&1; touch \"$1/file\"", "sh", directory);
        return await child.WaitAsync();
    }
}
