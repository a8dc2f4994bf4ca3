using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Shim;

/// <summary>Collects what a shim inherits, by position. Owns copies numbered so high that assigning the low numbers cannot hit one of them.</summary>
internal sealed class ShimDescriptors : IDisposable
{
    private const int AboveTargets = 64;

    private readonly List<FileDescriptor> _copies = [];
    private readonly List<int> _numbers = [];

    public ReadOnlySpan<int> Numbers => CollectionsMarshal.AsSpan(_numbers);

    /// <summary>The next position gets a copy of this descriptor.</summary>
    public void Add(int descriptor)
    {
        int copy = Libc.Fcntl(descriptor, Libc.FcntlDuplicateCloseOnExec, AboveTargets);
        if (copy < 0)
        {
            throw new LaunchFailedException(
                LaunchStage.Spawn, $"No file descriptor is free: {Errno.Describe(Marshal.GetLastPInvokeError())}. Raise the limit (ulimit -n).");
        }

        _copies.Add(new FileDescriptor(copy));
        _numbers.Add(copy);
    }

    public void Dispose()
    {
        foreach (FileDescriptor copy in _copies)
        {
            copy.Dispose();
        }
    }
}
