namespace WorkflowLifecycle.Processes.Linux.Evidence;

/// <summary>A moment after which nothing more is read.</summary>
internal sealed class Deadline(TimeSpan limit, TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();

    public TimeSpan Elapsed => timeProvider.GetElapsedTime(_started);

    public TimeSpan Left => limit - Elapsed;

    public bool IsOver => Left <= TimeSpan.Zero;

    /// <summary>A moment that comes that much earlier.</summary>
    public Deadline Earlier(TimeSpan reserve) => new(Left - reserve, timeProvider);

    public Task Delay(TimeSpan time) => Task.Delay(time, timeProvider);
}
