using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.RunDirectories;

public sealed class RuntimeRootTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    private static LaunchFailedException Refused(string root, LocalUser? user = null)
    {
        LaunchFailedException exception = Assert.Throws<LaunchFailedException>(() => RuntimeRoot.Prepare(root, user ?? LinuxUser.Current));
        Assert.Equal(LaunchStage.Containment, exception.Stage);
        Assert.Contains(RuntimeRoot.EnvironmentVariable, exception.Message, StringComparison.Ordinal);
        return exception;
    }

    [Fact]
    public void Prepare_NewRoot_IsMadePrivate()
    {
        string root = _place.File("root");

        string runs = RuntimeRoot.Prepare(root, LinuxUser.Current);

        Assert.Equal(Path.Combine(root, "r"), runs);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(runs));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(root) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.Equal(runs, RuntimeRoot.Prepare(root, LinuxUser.Current));
    }

    [Fact]
    public void Prepare_RootWithRoomForItsSockets_IsTakenUpToTheLastByte()
    {
        string longest = Path.Combine(_place.Path, new string('x', 65 - _place.Path.Length - 1));

        string runs = RuntimeRoot.Prepare(longest, LinuxUser.Current);

        // sockaddr_un: 107 bytes and a NUL.
        Assert.Equal(107, Path.Combine(runs, new string('a', 32), RunDirectory.NotifySocket).Length);
        Assert.Contains("too long", Refused(longest + "x").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_LengthOfARoot_CountsBytes() =>
        Refused(Path.Combine(_place.Path, new string('é', (65 - _place.Path.Length) / 2 + 1)));

    [Fact]
    public void Prepare_SymbolicLink_IsRefused()
    {
        Directory.CreateDirectory(_place.File("real"));
        Directory.CreateSymbolicLink(_place.File("link"), _place.File("real"));

        Assert.Contains("is not a directory", Refused(_place.File("link")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_SymbolicLinkForTheRuns_IsRefused()
    {
        Directory.CreateDirectory(_place.File("root"));
        Directory.CreateSymbolicLink(_place.File("root/r"), _place.Path);

        Refused(_place.File("root"));
    }

    [Fact]
    public void Prepare_File_IsRefused() => Refused(_place.Write("file", "x"));

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Prepare_DirectoryThatOthersMayWrite_IsRefused(UnixFileMode mode)
    {
        string root = Directory.CreateDirectory(_place.File("root")).FullName;
        File.SetUnixFileMode(root, File.GetUnixFileMode(root) | mode);

        Refused(root);
    }

    [Fact]
    public void Prepare_DirectoryOfAnotherUser_IsRefused() =>
        Refused(Directory.CreateDirectory(_place.File("root")).FullName, LinuxUser.Current with { Id = LinuxUser.Current.Id + 1 });

    [Fact]
    public void Resolve_ConfiguredRoot_IsMadeAbsolute() =>
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "x"), RuntimeRoot.Resolve("x", LinuxUser.Current));
}
