using WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;
using WorkflowLifecycle.Processes.Linux.Evidence;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>A descriptor that is somebody else's file by the time it is taken.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SocketListenerTests : IDisposable
{
    // F_SETLK: a lock of the process, which it loses with the first descriptor of the file that it closes.
    private const int SetLockOfProcess = 6;

    private readonly TemporaryDirectory _place = new();

    [Fact(Timeout = 60_000)]
    public async Task Ask_DescriptorOfAFile_TakesNoLockAway()
    {
        using FileDescriptor file = Libc.Open(_place.File("locked"), Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenCloseOnExec, 0x180);
        FileLock whole = new() { Type = FileLock.Write };
        Assert.Equal(0, Libc.FcntlLock(file, SetLockOfProcess, ref whole));
        using Child program = await Python.StartAsync("import sys\nf = open(sys.argv[1])", _place.File("locked"));
        int descriptor = DescriptorList.Of(program.Pid).First(number => File.ResolveLinkTarget($"/proc/{program.Pid}/fd/{number}", returnFinalTarget: false)?.FullName == _place.File("locked"));

        using SocketListener? listener = SocketListener.Ask(program.Pid, descriptor, inode: 1, out int errno);

        Assert.Null(listener);
        Assert.Equal(0, errno);
        EntryFacts.Read(file, out EntryFacts facts);
        Assert.Contains(File.ReadLines("/proc/locks"), line => line.Contains($" WRITE {Environment.ProcessId} ", StringComparison.Ordinal) && line.Contains($":{facts.Inode} ", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_DescriptorOfAnotherSocket_TellsNothing()
    {
        using Child program = await Python.StartAsync("import socket, sys\ns = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()", _place.File("asked"));
        int descriptor = DescriptorList.Of(program.Pid).First(number => SocketHolders.InodeOf(program.Pid, $"{number}") is not null);
        ulong inode = SocketHolders.InodeOf(program.Pid, $"{descriptor}")!.Value;

        using SocketListener? other = SocketListener.Ask(program.Pid, descriptor, inode + 1, out int errno);
        using SocketListener? right = SocketListener.Ask(program.Pid, descriptor, inode, out _);

        Assert.Null(other);
        Assert.Equal(0, errno);
        Assert.Equal((true, program.Pid), (right!.IsThere, right.Pid));
    }

    [Fact(Timeout = 60_000)]
    public async Task Ask_ProcessThatIsGone_TellsWhy()
    {
        using Child child = Child.Start("true");
        await child.WaitAsync();

        Assert.Null(SocketListener.Ask(child.Pid, 0, 1, out int errno));
        Assert.NotEqual(0, errno);
    }

    public void Dispose() => _place.Dispose();
}
