using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>
/// Who holds it executes the kill. An open-file-description lock: it belongs to this descriptor alone (not to the whole process, and not
/// lost when another descriptor of the file is closed), and the kernel frees it when the process dies.
/// </summary>
internal sealed class KillLock : IDisposable
{
    private readonly FileDescriptor _file;

    private KillLock(FileDescriptor file) => _file = file;

    /// <summary>
    /// Waits for the lock; null when there is none to be had. The program may delete the file or put something else in its place, and must
    /// not become immortal by that: without the lock two killers give the shim the same order twice, and the store takes one report.
    /// </summary>
    public static async Task<KillLock?> TakeAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        FileDescriptor file = DescriptorReserve.Open(
            System.IO.Path.Combine(directory.Path, RunDirectory.LockFile), Libc.OpenReadWrite | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
        if (file.IsInvalid)
        {
            file.Dispose();
            return null;
        }

        if (Set(file, Libc.FcntlOfdSetLock) == 0)
        {
            return new KillLock(file);
        }

        // The kernel wakes the waiter at the very moment the holder lets go or dies, so a thread waits instead of a timer asking.
        Task<KillLock?> waiting = Task.Factory.StartNew(() => Wait(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await waiting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The thread cannot be called back: what it gets later, it gives back.
            _ = waiting.ContinueWith(static late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static KillLock? Wait(FileDescriptor file)
    {
        int errno;
        while ((errno = Set(file, Libc.FcntlOfdSetLockWait)) == Errno.EINTR)
        {
        }

        if (errno == 0)
        {
            return new KillLock(file);
        }

        file.Dispose();
        return null;
    }

    private static int Set(FileDescriptor file, int command)
    {
        FileLock request = new() { Type = FileLock.Write };
        return Libc.FcntlLock(file, command, ref request) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }
}
