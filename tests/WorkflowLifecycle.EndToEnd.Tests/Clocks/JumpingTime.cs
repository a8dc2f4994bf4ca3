namespace WorkflowLifecycle.EndToEnd.Tests.Clocks;

/// <summary>A wall clock that somebody sets, over a monotonic clock that goes on: what a machine's clocks do when its time is corrected.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private long _ahead;

    /// <summary>Sets the wall clock forward, or back.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
}
