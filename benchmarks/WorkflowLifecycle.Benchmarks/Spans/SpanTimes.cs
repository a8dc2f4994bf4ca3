using System.Diagnostics;
using WorkflowLifecycle.Benchmarks.Measuring;

namespace WorkflowLifecycle.Benchmarks.Spans;

/// <summary>Listens to the library's own spans: when each began, counted from its root's begin, and how long it took.</summary>
internal sealed class SpanTimes : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(double Begin, double Duration)>> _times = [];

    public SpanTimes()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "WorkflowLifecycle",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _times.Clear();
        }
    }

    /// <summary>A line for each kind of span, in the order in which they begin.</summary>
    public IEnumerable<string> Lines()
    {
        lock (_lock)
        {
            return [.. _times
                .Select(entry => (entry.Key, Begin: Quantiles.Median(entry.Value.Select(time => time.Begin)), Duration: Quantiles.Median(entry.Value.Select(time => time.Duration)), entry.Value.Count))
                .OrderBy(line => line.Begin)
                .Select(line => FormattableString.Invariant($"| {line.Key} | {line.Begin:0.00} ms | {line.Duration:0.00} ms | {line.Count} |"))];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Activity activity)
    {
        Activity root = activity;
        while (root.Parent is { } parent)
        {
            root = parent;
        }

        lock (_lock)
        {
            if (!_times.TryGetValue(activity.OperationName, out List<(double Begin, double Duration)>? times))
            {
                _times[activity.OperationName] = times = [];
            }

            times.Add(((activity.StartTimeUtc - root.StartTimeUtc).TotalMilliseconds, activity.Duration.TotalMilliseconds));
        }
    }
}
