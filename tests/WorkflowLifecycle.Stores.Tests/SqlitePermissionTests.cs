using System.Runtime.Versioning;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>What a process may not write. Root may write nearly everything, so that others try.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SqlitePermissionTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public static bool IsRootOnLinux => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public async ValueTask InitializeAsync()
    {
        const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
            UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_fixture.Directory, Everybody);
        await using SqliteProcessStore store = await _fixture.OpenAsync();
        await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() }, CommitDurability.Machine, SqliteFixture.Aborted);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory(Timeout = 60_000, SkipUnless = nameof(IsRootOnLinux), Skip = "Becoming another user needs root on Linux.")]
    [InlineData("600", "cannot be opened")]
    [InlineData("644", "cannot be written")]
    public async Task Open_FileOfAnotherUser_IsRefusedWithTheRemedy(string mode, string expected)
    {
        File.SetUnixFileMode(_fixture.File, (UnixFileMode)Convert.ToInt32(mode, 8));
        byte[] content = File.ReadAllBytes(_fixture.File);

        string said = await RunAsNobodyAsync("open", _fixture.File);

        Assert.Contains("refused:", said, StringComparison.Ordinal);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllBytes(_fixture.File));
    }

    [Fact(Timeout = 60_000, SkipUnless = nameof(IsRootOnLinux), Skip = "Becoming another user needs root on Linux.")]
    public async Task Open_NewFileInADirectoryOfAnotherUser_IsRefusedWithTheRemedy()
    {
        string said = await RunAsNobodyAsync("open", _fixture.File + ".new");

        Assert.Contains("refused:", said, StringComparison.Ordinal);
        Assert.Contains("cannot be created", said, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000, SkipUnless = nameof(IsRootOnLinux), Skip = "A mount needs root on Linux.")]
    public async Task Open_ReadOnlyFileSystem_IsRefusedWithTheRemedy()
    {
        string said = await RunAsync(
            "unshare",
            "-m",
            "sh",
            "-c",
            "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && exec \"$2\" open \"$1/workflows.db\"",
            "sh",
            _fixture.Directory,
            HelperProcess.ProgramPath);

        Assert.Contains("refused:", said, StringComparison.Ordinal);
        Assert.Contains("cannot be written", said, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsNobodyAsync(params string[] arguments)
    {
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        string reached = await RunAsync("setpriv", [.. asNobody, "sh", "-c", "test -x \"$1\" && echo yes", "sh", HelperProcess.ProgramPath]);
        Assert.SkipWhen(reached.Length == 0, "The build lies where other users may not look.");
        return await RunAsync("setpriv", [.. asNobody, HelperProcess.ProgramPath, .. arguments]);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using HelperProcess helper = HelperProcess.StartBy(program, arguments);
        return await helper.ReadToEndAsync();
    }
}
