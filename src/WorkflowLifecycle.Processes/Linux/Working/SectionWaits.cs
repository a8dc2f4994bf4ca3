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

    // Beyond the threads that we spend on it, looked at again instead.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<FileKey, Task> _waits = [];

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
        FileKey key = new(file.Look.Major, file.Look.Minor, file.Look.Inode);
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

            // Gone from its directory since the look: whoever made it has left.
            if (UntrustedFile.Open(directory, file.Name) is not { } descriptor)
            {
                return Task.CompletedTask;
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

    private void Wait(FileDescriptor file, FileKey key, TaskCompletionSource left)
    {
        while (Libc.LockFile(file, Libc.LockExclusive) != 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
        {
        }

        file.Dispose();
        lock (_lock)
        {
            _waits.Remove(key);
        }

        left.SetResult();
    }

    private readonly record struct FileKey(uint Major, uint Minor, ulong Inode);
}
