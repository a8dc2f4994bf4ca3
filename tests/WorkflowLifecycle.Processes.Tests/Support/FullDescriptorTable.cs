using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>Really takes every file descriptor that this process may have, until it is disposed.</summary>
internal sealed class FullDescriptorTable : IDisposable
{
    private const int Room = 64;

    private readonly DescriptorLimit _limit;
    private readonly List<FileDescriptor> _taken = [];

    public FullDescriptorTable()
    {
        int highest = Directory.GetFiles("/proc/self/fd").Max(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture));
        _limit = DescriptorLimit.At((ulong)(highest + Room));
        FileDescriptor next;
        while (!(next = Libc.Open("/dev/null", Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0)).IsInvalid)
        {
            _taken.Add(next);
        }

        next.Dispose();
    }

    public void Dispose()
    {
        _taken.ForEach(descriptor => descriptor.Dispose());
        _limit.Dispose();
    }
}
