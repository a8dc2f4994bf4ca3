using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public static bool HasModes => !OperatingSystem.IsWindows();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact(SkipUnless = nameof(HasModes), Skip = "Modes are Unix's.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Open_NoFileNoDirectory_MakesThemForTheOwnerAlone()
    {
        string file = Path.Combine(_fixture.Directory, "a", "b", "workflows.db");
        SqliteProcessStore store = await _fixture.OpenAsync(file: file);
        await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted);

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file + "-wal"));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(file + "-shm"));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_fixture.Directory, "a")));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_fixture.Directory, "a", "b")));
        Assert.Equal(file, store.Location);
    }

    [Fact(SkipUnless = nameof(HasModes), Skip = "Modes are Unix's.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Open_FileWithAnotherMode_KeepsIt()
    {
        const UnixFileMode Group = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        await (await _fixture.OpenAsync()).DisposeAsync();
        File.SetUnixFileMode(_fixture.File, Group);

        await _fixture.OpenAsync();

        Assert.Equal(Group, File.GetUnixFileMode(_fixture.File));
    }

    [Fact]
    public async Task Dispose_LastConnection_LeavesTheFileAlone()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted);
        await store.SearchRunsAsync(new RunQuery(), SqliteFixture.Aborted);

        await store.DisposeAsync();
        await store.DisposeAsync();

        Assert.Equal([_fixture.File], Directory.GetFiles(_fixture.Directory));
        Assert.Equal(1L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
    }

    [Fact]
    public async Task Open_ADirectory_IsRefusedNamingIt()
    {
        string message = await _fixture.RefusedAsync(file: _fixture.Directory);

        Assert.Contains("is a directory", message, StringComparison.Ordinal);
        Assert.Contains(_fixture.Directory, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DirectoryAboveIsAFile_IsRefused()
    {
        File.WriteAllText(_fixture.File, "text");

        string message = await _fixture.RefusedAsync(file: Path.Combine(_fixture.File, "workflows.db"));

        Assert.Contains("cannot be created", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Open_NotADatabase_IsRefusedAndLeftAsItIs(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        File.WriteAllBytes(_fixture.File, content);

        string message = await _fixture.RefusedAsync();

        Assert.Contains("not a SQLite database", message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_fixture.File));
    }

    [Fact]
    public async Task Open_DatabaseOfSomethingElse_IsRefusedAndLeftAsItIs()
    {
        _fixture.Query("CREATE TABLE songs (title TEXT)");
        byte[] content = File.ReadAllBytes(_fixture.File);

        string message = await _fixture.RefusedAsync();

        Assert.Contains("something else", message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_fixture.File));
    }

    [Fact(SkipUnless = nameof(HasModes), Skip = "Modes are Unix's.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Open_ReadOnlyFile_IsRefused()
    {
        await (await _fixture.OpenAsync()).DisposeAsync();
        File.SetUnixFileMode(_fixture.File, UnixFileMode.UserRead);

        string message = await _fixture.RefusedAsync();

        Assert.Contains("read-only", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_LogWithoutItsFile_IsRefusedAndLeftAsItIs(bool empty)
    {
        byte[] log = new byte[4128];
        File.WriteAllBytes(_fixture.File + "-wal", log);
        if (empty)
        {
            File.WriteAllBytes(_fixture.File, []);
        }

        string message = await _fixture.RefusedAsync();

        Assert.Contains("the file was lost", message, StringComparison.Ordinal);
        Assert.Equal(log, File.ReadAllBytes(_fixture.File + "-wal"));
        Assert.Equal(empty, File.Exists(_fixture.File));
    }

    [Fact]
    public async Task Open_EmptyFile_BecomesAStore()
    {
        File.WriteAllBytes(_fixture.File, []);

        await _fixture.OpenAsync();

        Assert.Equal((long)SqliteMigrations.All[^1].Version, _fixture.Query("SELECT schema_version FROM schema_info"));
    }

    [Fact]
    public async Task Open_RefusedOnce_OpensWhenTheCauseIsGone()
    {
        Directory.CreateDirectory(_fixture.File);
        SqliteProcessStore store = _fixture.Store();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.InitializeAsync(SqliteFixture.Aborted));
        Directory.Delete(_fixture.File);

        await store.InitializeAsync(SqliteFixture.Aborted);

        Assert.Empty((await store.SearchRunsAsync(new RunQuery(), SqliteFixture.Aborted)).Runs);
    }

    [Fact]
    public async Task Commit_FileDeletedMeanwhile_IsRefused()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        File.Delete(_fixture.File);

        StoreUnavailableException fault = await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted));

        Assert.Contains("was deleted or moved", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_fixture.File));
    }

    [Fact]
    public async Task Use_NotOpenedOrDisposed_SaysSo()
    {
        SqliteProcessStore store = _fixture.Store();

        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await store.FindRunAsync(RunId.New(), SqliteFixture.Aborted));
        await store.InitializeAsync(SqliteFixture.Aborted);
        await store.DisposeAsync();

        Assert.Contains("InitializeAsync", fault.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.InitializeAsync(SqliteFixture.Aborted));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.FindRunAsync(RunId.New(), SqliteFixture.Aborted));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await store.CommitAsync(new StoreCommit(), CommitDurability.Process, SqliteFixture.Aborted));
    }

    [Fact]
    public async Task Dispose_CommitsUnderWay_AreWrittenFirst()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        Task<CommitResult>[] commits = [.. Enumerable.Range(0, 200).Select(
            _ => store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted).AsTask())];

        await store.DisposeAsync();

        Assert.All(await Task.WhenAll(commits), result => Assert.True(result.IsCommitted));
        Assert.Equal(200L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
    }

    [Fact]
    public void UseSqliteStore_Again_ReplacesTheStoreBefore()
    {
        StoreBuilder builder = new();
        builder.UseInMemoryStore().UseSqliteStore("first.db").UseSqliteStore("second.db");
        using ServiceProvider services = builder.Services.BuildServiceProvider();

        IProcessStore store = Assert.Single(services.GetServices<IProcessStore>());

        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "second.db"), store.Location);
        Assert.False(File.Exists(store.Location));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void UseSqliteStore_BadPath_IsRefused(string path) =>
        Assert.ThrowsAny<ArgumentException>(() => new StoreBuilder().UseSqliteStore(path));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3601)]
    public void UseSqliteStore_BusyTimeoutOutOfRange_IsRefused(int seconds) =>
        Assert.ThrowsAny<ArgumentException>(
            () => new StoreBuilder().UseSqliteStore("x.db", options => options.BusyTimeout = TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("with;semicolon=and \"quotes\".db")]
    [InlineData("file:uri?mode=memory.db")]
    [InlineData(":memory:")]
    [InlineData("|DataDirectory|x.db")]
    [InlineData("%20 percent#hash.db")]
    public async Task Open_PathWithMeaningElsewhere_IsAPath(string name)
    {
        string file = Path.Combine(_fixture.Directory, name);

        SqliteProcessStore store = await _fixture.OpenAsync(file: file);
        await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Process, SqliteFixture.Aborted);
        await store.DisposeAsync();

        Assert.Equal([file], Directory.GetFiles(_fixture.Directory));
    }
}
