namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class StoreAnnouncementTests : IDisposable
{
    private readonly TemporaryDirectory _runtime = new();

    public void Dispose() => _runtime.Dispose();

    private StoreAnnouncer Announce(string location)
    {
        StoreAnnouncer? announcer = StoreAnnouncer.TryAnnounce(location, TimeProvider.System, _runtime.Path, out string? problem);
        Assert.Null(problem);
        return Assert.IsType<StoreAnnouncer>(announcer);
    }

    private string[] Files() => Directory.GetFiles(_runtime.File("stores"));

    [Fact]
    public void Announced_Store_IsFoundUntilDisposed()
    {
        using (Announce("/srv/workflows.db"))
        {
            AnnouncedStore found = Assert.Single(AnnouncedStores.Find(_runtime.Path));
            Assert.True(found.IsTrusted);
            Assert.Equal("/srv/workflows.db", found.Announcement.Location);
            Assert.Equal("file", found.Announcement.Kind);
            Assert.Equal(Environment.ProcessId, found.Announcement.ProcessId);
            Assert.Equal(Environment.UserName, found.Announcement.Owner);
        }

        Assert.Empty(AnnouncedStores.Find(_runtime.Path));
        Assert.Empty(Files());
    }

    [Fact]
    public void Announced_Server_IsNoFile()
    {
        using StoreAnnouncer announcer = Announce("db.example.com/workflows");

        Assert.Equal("server", Assert.Single(AnnouncedStores.Find(_runtime.Path)).Announcement.Kind);
    }

    [Fact]
    public void Announced_ByAProcessThatDied_IsNotFoundAndSweptByTheNext()
    {
        // What a killed process leaves: its files, and no lock on them.
        Directory.CreateDirectory(_runtime.File("stores"));
        File.WriteAllText(_runtime.File("stores/1-dead.json"), """{"location":"/srv/dead.db","kind":"file","owner":"me"}""");
        File.WriteAllText(_runtime.File("stores/1-dead.lock"), "held");

        Assert.Equal(2, Files().Length);
        Assert.Empty(AnnouncedStores.Find(_runtime.Path));

        using StoreAnnouncer live = Announce("/srv/live.db");
        Assert.Equal(2, Files().Length);
        Assert.Equal("/srv/live.db", Assert.Single(AnnouncedStores.Find(_runtime.Path)).Announcement.Location);
    }

    [Fact]
    public void Found_BySeveralAtOnce_IsTheSameForEach()
    {
        using StoreAnnouncer announcer = Announce("/srv/workflows.db");

        int[] counts = new int[200];
        Parallel.For(0, counts.Length, i => counts[i] = AnnouncedStores.Find(_runtime.Path).Count);

        Assert.All(counts, count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"schemaVersion\":1}")]
    [InlineData("[1,2]")]
    public void Announcement_ThatIsBroken_IsPassedOver(string content)
    {
        using StoreAnnouncer good = Announce("/srv/workflows.db");
        File.WriteAllText(_runtime.File("stores/x.json"), content);
        using FileStream held = new(_runtime.File("stores/x.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        held.Write("held"u8);
        held.Flush();

        Assert.Single(AnnouncedStores.Find(_runtime.Path));
    }

    [Fact]
    public void Announcement_OfALaterVersion_IsRead()
    {
        using FileStream held = Prepare();
        File.WriteAllText(_runtime.File("stores/x.json"), """{"schemaVersion":2,"location":"/srv/x.db","kind":"file","owner":"me","colour":"blue"}""");

        Assert.Equal("/srv/x.db", Assert.Single(AnnouncedStores.Find(_runtime.Path)).Announcement.Location);
    }

    [Fact]
    public void Announcement_ThatIsALink_IsPassedOver()
    {
        using FileStream held = Prepare();
        string elsewhere = _runtime.File("elsewhere");
        File.WriteAllText(elsewhere, """{"location":"/srv/x.db","kind":"file","owner":"me"}""");
        File.CreateSymbolicLink(_runtime.File("stores/x.json"), elsewhere);

        Assert.Empty(AnnouncedStores.Find(_runtime.Path));
    }

    [Fact]
    public void Announcing_WhereNothingCanBeWritten_IsNoFailureOfTheHost()
    {
        File.WriteAllText(_runtime.File("stores"), "a file is in the way");

        Assert.Null(StoreAnnouncer.TryAnnounce("/srv/workflows.db", TimeProvider.System, _runtime.Path, out string? problem));
        Assert.False(string.IsNullOrEmpty(problem));
        Assert.Empty(AnnouncedStores.Find(_runtime.Path));
    }

    [Fact]
    public void Disposing_AfterTheDirectoryWasTakenAway_IsHarmless()
    {
        StoreAnnouncer announcer = Announce("/srv/workflows.db");
        Directory.Delete(_runtime.File("stores"), recursive: true);

        announcer.Dispose();

        Assert.Empty(AnnouncedStores.Find(_runtime.Path));
    }

    private FileStream Prepare()
    {
        Directory.CreateDirectory(_runtime.File("stores"));
        FileStream held = new(_runtime.File("stores/x.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        held.Write("held"u8);
        held.Flush();
        return held;
    }
}
