using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>
/// Waits until a section is left. A thread for each file asks for the exclusive lock, gets it from the kernel when the last holder lets go
/// or dies, and gives it back at once. A thread in that call cannot be called back: one that nobody waits for any more ends with its
/// holders, meets whoever waits for the same file again, and never delays the exit of this process.
/// </summary>
internal sealed class SectionWaits(SectionFiles files, TimeProvider timeProvider)
{
    private const int MostThreads = 64;
    private const int MostOfOneWait = 16;
    private const int StackSize = 128 * 1024;

    // Where no thread may or can wait, whoever asked looks again after this.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<(uint Major, uint Minor, ulong Inode), Task> _waits = [];

    public async Task WaitAsync(ContainmentRecord containment, CriticalSectionKind kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<Task> left = Begin(containment, kind);
        if (left.Count > 0)
        {
            await Task.WhenAny(left).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private List<Task> Begin(ContainmentRecord containment, CriticalSectionKind kind)
    {
        List<Task> left = [];
        using FileDescriptor? directory = CriticalDirectory.Open(containment.RunDirectory);
        if (directory is null)
        {
            return left;
        }

        foreach (SectionFile file in files.ReadHeld(directory).Where(file => file.Kind == kind).Take(MostOfOneWait))
        {
            left.Add(Join(directory, file));
        }

        return left;
    }

    private Task Join(FileDescriptor directory, SectionFile file)
    {
        (uint Major, uint Minor, ulong Inode) key = (file.Look.Major, file.Look.Minor, file.Look.Inode);
        lock (_lock)
        {
            if (_waits.TryGetValue(key, out Task? known))
            {
                return known;
            }

            if (_waits.Count >= MostThreads)
            {
                return Task.Delay(LookInterval, timeProvider);
            }

            // Gone from its directory since the look: whoever made it has left. What is there and cannot be opened is looked at again.
            if (UntrustedFile.Open(directory, file.Name) is not { } descriptor)
            {
                return FileLook.TryTake(directory, file.Name, out _) ? Task.Delay(LookInterval, timeProvider) : Task.CompletedTask;
            }

            TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add(key, left.Task);
            Thread thread = new(() => Wait(descriptor, key, left), StackSize) { IsBackground = true, Name = "critical section " + file.Kind };
            try
            {
                thread.Start();
                return left.Task;
            }
            catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
            {
                // No PID or no memory for another thread.
                _waits.Remove(key);
                descriptor.Dispose();
                return Task.Delay(LookInterval, timeProvider);
            }
        }
    }

    private void Wait(FileDescriptor file, (uint Major, uint Minor, ulong Inode) key, TaskCompletionSource left)
    {
        int errno;
        while ((errno = Libc.LockFile(file, Libc.LockExclusive) == 0 ? 0 : Marshal.GetLastPInvokeError()) == Errno.EINTR)
        {
        }

        file.Dispose();
        if (errno != 0)
        {
            // No lock can be had here: whoever waits looks again, but not without end.
            PollRequest nothing = new() { Descriptor = -1 };
            _ = Libc.Poll(ref nothing, 1, (int)LookInterval.TotalMilliseconds);
        }

        lock (_lock)
        {
            _waits.Remove(key);
        }

        left.SetResult();
    }
}
