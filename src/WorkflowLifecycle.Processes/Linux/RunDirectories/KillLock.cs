using System.Runtime.InteropServices;
using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>
/// Who holds it executes the kill. An open-file-description lock: it belongs to this descriptor alone (not to the whole process, and not
/// lost when another descriptor of the file is closed), and the kernel frees it when the process dies.
/// </summary>
internal sealed class KillLock : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileDescriptor _file;

    private KillLock(FileDescriptor file) => _file = file;

    /// <summary>
    /// Waits for the lock; null when there is none to be had. The program may delete the file or put something else in its place, and must
    /// not become immortal by that: without the lock two killers give the shim the same order twice, and the store takes one report.
    /// </summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="isSpoilt">Looks whether the run itself holds the lock: then it is not waited for.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<KillLock?> TakeAsync(RunDirectory directory, Func<bool> isSpoilt, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        FileDescriptor file = DescriptorReserve.Open(directory.LockPath, Libc.OpenReadWrite | Libc.OpenNoFollow | Libc.OpenCloseOnExec);
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
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<KillLock?> waiting = WaitAsync(file, timeProvider, over.Token);
        try
        {
            await Task.WhenAny(waiting, WatchAsync(isSpoilt, timeProvider, over.Token)).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (waiting.IsCompleted)
            {
                return await waiting.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            GiveBack(waiting);
            throw;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
        }

        GiveBack(waiting);
        return null;
    }

    public void Dispose() => _file.Dispose();

    // The thread cannot be called back: what it gets later, it gives back.
    private static void GiveBack(Task<KillLock?> waiting) =>
        _ = waiting.ContinueWith(static late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);

    // A machine that the run has filled up has no thread for it: then there is nothing left but to ask.
    private static Task<KillLock?> WaitAsync(FileDescriptor file, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            return Task.Factory.StartNew(() => Wait(file), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (TaskSchedulerException)
        {
            return AskAsync(file, timeProvider, cancellationToken);
        }
    }

    private static async Task<KillLock?> AskAsync(FileDescriptor file, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            while (Set(file, Libc.FcntlOfdSetLock) != 0)
            {
                await Task.Delay(AskInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            return new KillLock(file);
        }
        catch (OperationCanceledException)
        {
            file.Dispose();
            throw;
        }
    }

    // Completes once the lock is found spoilt; the program may take it at any time.
    private static Task WatchAsync(Func<bool> isSpoilt, TimeProvider timeProvider, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            while (!isSpoilt())
            {
                await Task.Delay(LookInterval, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

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
