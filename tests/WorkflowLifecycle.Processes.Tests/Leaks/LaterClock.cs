namespace WorkflowLifecycle.Processes.Tests.Leaks;

/// <summary>The real clock, which can be put ahead: what waits still waits as long as it really takes.</summary>
internal sealed class LaterClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
}
