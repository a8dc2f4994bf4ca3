using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Waiting;

/// <summary>
/// The one thread of this process that waits for the shims: thousands of idle runs cost it nothing, and what a shim says is read at once,
/// whatever the thread pool is busy with. Begins with the first descriptor.
/// </summary>
internal sealed class DescriptorLoop
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 1;
    private const int EventsAtOnce = 64;

    // struct epoll_event is packed on x64 only.
    private static readonly int _size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int _dataOffset = _size - sizeof(long);

    private static readonly Lock _creation = new();
    private static DescriptorLoop? _shared;

    private readonly ConcurrentDictionary<long, Action> _handlers = new();
    private readonly FileDescriptor _epoll;
    private long _lastToken;

    private DescriptorLoop()
    {
        int descriptor;
        do
        {
            descriptor = Libc.CreateEventPoll(CloseOnExec);
        }
        while (descriptor < 0 && DescriptorReserve.Release(Marshal.GetLastPInvokeError()));
        _epoll = descriptor >= 0
            ? new FileDescriptor(descriptor)
            : throw new IOException($"epoll_create1: {Errno.Describe(Marshal.GetLastPInvokeError())}");
        new Thread(Run) { IsBackground = true, Name = "workflow-lifecycle" }.Start();
    }

    public static DescriptorLoop Shared
    {
        get
        {
            lock (_creation)
            {
                return _shared ??= new DescriptorLoop();
            }
        }
    }

    /// <summary>Calls the handler on the loop's thread whenever the descriptor can be read or its other end is gone. It must not block.</summary>
    /// <returns>A token for <see cref="Forget"/>, which must come before the descriptor is closed.</returns>
    public unsafe long Watch(FileDescriptor descriptor, Action onReadable)
    {
        long token = Interlocked.Increment(ref _lastToken);
        _handlers[token] = onReadable;
        byte* request = stackalloc byte[_size];
        *(uint*)request = Readable;
        *(long*)(request + _dataOffset) = token;
        if (Libc.ControlEventPoll(_epoll, Add, descriptor, request) == 0)
        {
            return token;
        }

        _handlers.TryRemove(token, out _);
        throw new IOException($"epoll_ctl: {Errno.Describe(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>No call begins after this returned; one that has begun may still be under way.</summary>
    public unsafe void Forget(FileDescriptor descriptor, long token)
    {
        _handlers.TryRemove(token, out _);
        _ = Libc.ControlEventPoll(_epoll, Remove, descriptor, null);
    }

    private unsafe void Run()
    {
        byte* events = stackalloc byte[_size * EventsAtOnce];
        while (true)
        {
            int count = Libc.WaitEventPoll(_epoll, events, EventsAtOnce, -1);
            for (int i = 0; i < count; i++)
            {
                if (_handlers.TryGetValue(*(long*)(events + (i * _size) + _dataOffset), out Action? handler))
                {
                    handler();
                }
            }
        }
    }
}
