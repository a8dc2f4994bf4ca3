using System.Net.Sockets;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Launching;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Launching;

public sealed class InputFileTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    private static void Refused(string path, string kind)
    {
        foreach (Action ask in new Action[] { () => InputFile.Check(path), () => InputFile.Open(path).Dispose() })
        {
            LaunchFailedException refusal = Assert.Throws<LaunchFailedException>(ask);
            Assert.Equal((LaunchStage.StandardStreams, path), (refusal.Stage, refusal.Path));
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(kind, refusal.Message, StringComparison.Ordinal);
        }
    }

    private async Task<string> FifoAsync()
    {
        string path = _place.File("fifo");
        using Child child = Child.Start("mkfifo", path);
        Assert.Equal(0, await child.WaitAsync());
        return path;
    }

    [Fact(Timeout = 30_000)]
    public async Task Open_AFifoWithoutAWriter_IsRefusedAndDoesNotWait()
    {
        string path = await FifoAsync();
        await Task.Run(() => Refused(path, "a FIFO"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Open_AFifoWithAWriter_LeavesTheWriterWaiting()
    {
        string path = await FifoAsync();
        using Child writer = Child.Start("sh", "-c", $"echo; echo text > {path}");
        await writer.ReadLineAsync();

        Refused(path, "a FIFO");
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(writer.HasExited);
    }

    [Fact]
    public void Open_ADirectory_IsRefused() => Refused(_place.Path, "a directory");

    [Fact]
    public void Open_ASocket_IsRefused()
    {
        string path = _place.File("socket");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Refused(path, "a socket");
    }

    [Fact]
    public void Open_ALinkToAFifoOrNothing_IsRefused()
    {
        Refused(_place.File("none"), "does not exist");
        File.CreateSymbolicLink(_place.File("link"), _place.Path);
        Refused(_place.File("link"), "a directory");
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData(null)]
    public unsafe void Open_AFileOrADevice_OpensForReadsThatWait(string? path)
    {
        using FileDescriptor file = InputFile.Open(path ?? _place.Write("in", "text"));

        const int nonBlocking = 0x800;
        const int getFlags = 3;
        Assert.Equal(0, Libc.Fcntl(file.Number, getFlags, 0) & nonBlocking);
        byte* buffer = stackalloc byte[4];
        Assert.Equal(path == "/dev/null" ? 0 : 4, (int)Libc.Read(file, buffer, 4));
    }
}
