namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>
/// Reads items on threads that can be left behind: procfs waits for locks that the process itself may hold for ever, and no read of it can be
/// cancelled. While one hangs another thread goes on with the next item.
/// </summary>
internal static class ReadingThreads
{
    private const int MostForOneReading = 4;

    // Those that hang stay until the process they hang at is gone.
    private const int MostInAll = 16;

    private const int StackSize = 256 * 1024;

    private static readonly TimeSpan _lookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(80);

    // One item that is a whole list takes its time.
    private static readonly TimeSpan _patienceWithOne = TimeSpan.FromMilliseconds(300);

    private static int _running;

    /// <summary>Reads items 0 to <paramref name="count"/> - 1.</summary>
    /// <returns>True when all were read; false when the time was up, some hang, or no thread was to be had.</returns>
    public static async Task<bool> ReadAsync(int count, Action<int> read, Deadline deadline)
    {
        Reading reading = new(count, read, deadline);
        int threads = 0;
        int done = 0;
        TimeSpan progressAt = deadline.Elapsed;
        while (!reading.Finished.IsCompleted && !deadline.IsOver)
        {
            bool isStuck = reading.Done == done && deadline.Elapsed - progressAt > _lookInterval;
            if ((threads == 0 || isStuck) && !reading.IsHandedOut && threads < MostForOneReading)
            {
                if (!TryStart(reading))
                {
                    return false;
                }

                threads++;
                progressAt = deadline.Elapsed;
            }

            await Task.WhenAny(reading.Finished, deadline.Delay(deadline.Left < _lookInterval ? Max(deadline.Left) : _lookInterval)).ConfigureAwait(false);
            if (reading.Done != done)
            {
                (done, progressAt) = (reading.Done, deadline.Elapsed);
            }
            else if (deadline.Elapsed - progressAt > (count == 1 ? _patienceWithOne : _patience) && (reading.IsHandedOut || threads == MostForOneReading))
            {
                break;
            }
        }

        return reading.IsWhole;
    }

    private static TimeSpan Max(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static bool TryStart(Reading reading)
    {
        if (Interlocked.Increment(ref _running) > MostInAll)
        {
            Interlocked.Decrement(ref _running);
            return false;
        }

        Thread thread = new(
            () =>
            {
                reading.Run();
                Interlocked.Decrement(ref _running);
            },
            StackSize)
        {
            IsBackground = true,
            Name = "evidence",
        };
        thread.Start();
        return true;
    }
}
