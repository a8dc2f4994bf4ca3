using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Cleaning.Sockets;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Cleaning;

/// <summary>A machine with very many sockets, in a network namespace of the test's own.</summary>
public sealed class LongNetTableTests
{
    private const int Sockets = 30_000;

    private const string Binding = """
        import ctypes, os, resource, socket, sys, time
        ctypes.CDLL(None).unshare(0x40000000)
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        left = int(sys.argv[1]); kept = []
        while left > 0:
            here = min(left, limit - 100); read, write = os.pipe()
            if os.fork() == 0:
                ctypes.CDLL(None).prctl(1, 9)
                for i in range(here):
                    s = socket.socket(socket.AF_UNIX); s.bind('\0' + 'x' * 90 + '%08d' % (left - i)); s.listen(); kept.append(s)
                os.write(write, b'x')
                time.sleep(60)
            os.read(read, 1); left -= here
        """;

    [Fact(Timeout = 60_000)]
    public async Task Read_ListOfMoreThanFourMegabytes_IsReadToItsEnd()
    {
        Assert.SkipUnless(LinuxUser.IsRoot, "Only root makes a network namespace.");
        using Child program = await Python.StartAsync(Binding, Sockets.ToString(CultureInfo.InvariantCulture));

        int found = BoundSockets.Read(program.Pid.ToString(CultureInfo.InvariantCulture), static () => true).Count(socket => socket.Address.StartsWith("@xxxx", StringComparison.Ordinal));

        Assert.Equal(Sockets, found);
    }
}
