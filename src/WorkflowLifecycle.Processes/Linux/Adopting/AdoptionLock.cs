using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>One adoption of a runtime root at a time, so that of two that mean the same tree the second finds it taken. The kernel frees it when its holder dies.</summary>
internal sealed class AdoptionLock : IDisposable
{
    private const int Exclusive = 2;
    private const int DoNotWait = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly FileDescriptor _directory;

    private AdoptionLock(FileDescriptor directory) => _directory = directory;

    /// <summary>Waits for it.</summary>
    /// <exception cref="AdoptFailedException">Somebody has held it for longer than any adoption takes.</exception>
    public static async Task<AdoptionLock> TakeAsync(string directory, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        // The directory itself: a file beside the runs would be one more thing to leave behind.
        FileDescriptor descriptor = DescriptorReserve.Open(directory, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        using PeriodicTimer timer = new(Interval, timeProvider);
        long started = timeProvider.GetTimestamp();
        try
        {
            while (Libc.LockFile(descriptor, Exclusive | DoNotWait) != 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno is not (Errno.EAGAIN or Errno.EINTR) || timeProvider.GetElapsedTime(started) > Limit)
                {
                    throw new AdoptFailedException(AdoptFailure.NotHeld, $"Another adoption holds {directory}: {Errno.Describe(errno)}. Look for it with 'workflowctl ps', and try again.");
                }

                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }

        return new AdoptionLock(descriptor);
    }

    public void Dispose() => _directory.Dispose();
}
