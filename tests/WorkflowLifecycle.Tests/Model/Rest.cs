using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>Tells whether any thread has anything to do: of the pool, or one that was made for a single task.</summary>
internal sealed class Rest : EventListener
{
    private const int Scheduled = 7;
    private const int Completed = 9;

    // The names of the runtime for tasks that are scheduled, and that end.
    private const EventKeywords Keywords = (EventKeywords)(0x1 | 0x2 | 0x40);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<int, bool> _alone = new();
    private readonly int _most;
    private readonly int _always;

    public Rest()
    {
        ThreadPool.GetMaxThreads(out _most, out _);

        // What the runner of the tests keeps busy is so from the beginning to the end.
        _always = int.MaxValue;
        for (int look = 0; look < 100; look++)
        {
            _always = Math.Min(_always, Busy());
            Thread.Sleep(1);
        }
    }

    /// <summary>Waits until none has.</summary>
    /// <exception cref="TimeoutException">One has no end.</exception>
    public void Wait()
    {
        long began = Stopwatch.GetTimestamp();
        for (int look = 0; !IsHere(); look++)
        {
            Thread.SpinWait(20);
            if (look % 100 == 99)
            {
                Thread.Sleep(0);
            }

            if (look % 1_000 == 999 && Stopwatch.GetElapsedTime(began) > Limit)
            {
                throw new TimeoutException($"The threads do not come to rest: {Busy()} of the pool are busy, {_always} were before, {_alone.Count} others.");
            }
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Threading.Tasks.TplEventSource")
        {
            EnableEvents(eventSource, EventLevel.Informational, Keywords);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // A thread of its own has ended its work when its task has, with all that follows in it.
        if (eventData.EventId == Scheduled && ((TaskCreationOptions)(int)eventData.Payload![4]!).HasFlag(TaskCreationOptions.LongRunning))
        {
            _alone[(int)eventData.Payload[2]!] = true;
        }
        else if (eventData.EventId == Completed)
        {
            _alone.TryRemove((int)eventData.Payload![2]!, out _);
        }
    }

    // A thread counts as busy from before it takes its work until after it found no more.
    private bool IsHere() => _alone.IsEmpty && ThreadPool.PendingWorkItemCount == 0 && Busy() <= _always && ThreadPool.PendingWorkItemCount == 0 && _alone.IsEmpty;

    private int Busy()
    {
        ThreadPool.GetAvailableThreads(out int free, out _);
        return _most - free;
    }
}
