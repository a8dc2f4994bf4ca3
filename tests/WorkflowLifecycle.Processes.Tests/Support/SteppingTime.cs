namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A clock by which the same time has gone by whenever it is looked at: with none it stands still, however busy the machine is.</summary>
internal sealed class SteppingTime(TimeSpan step) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Add(ref _ticks, step.Ticks);
}
