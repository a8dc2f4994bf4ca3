namespace WorkflowLifecycle.Killing;

/// <summary>The clock of one kill; it starts when the intent is durable.</summary>
internal sealed class KillClock(TimeProvider timeProvider)
{
    /// <summary>The promise: from the intent to the proof.</summary>
    public static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(5);

    private readonly long _intent = timeProvider.GetTimestamp();

    public TimeProvider Time => timeProvider;

    public long Now => timeProvider.GetTimestamp();

    public double SinceIntent => Since(_intent);

    public double Since(long timestamp) => timeProvider.GetElapsedTime(timestamp).TotalMilliseconds;

    public PeriodicTimer Every(TimeSpan interval) => new(interval, timeProvider);

    public Task Delay(TimeSpan delay, CancellationToken cancellationToken) => Task.Delay(delay, timeProvider, cancellationToken);

    public KillLimit Limit(TimeSpan ceiling, CancellationToken linked) => new(ceiling, timeProvider, linked);
}
