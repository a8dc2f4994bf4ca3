using System.Collections.Concurrent;

namespace WorkflowLifecycle.Recovery;

/// <summary>How long the process that recovers is there, and what it has taken on.</summary>
/// <param name="limit">When it leaves; null for a host, which stays.</param>
internal sealed class RecoveryStay(TimeSpan? limit)
{
    private readonly ConcurrentBag<Task> _taken = [];

    public TimeSpan? Limit { get; } = limit;

    /// <summary>What is under way on account of it.</summary>
    public Task Taken => Task.WhenAll(_taken);

    public void Keep(Task task) => _taken.Add(task);
}
