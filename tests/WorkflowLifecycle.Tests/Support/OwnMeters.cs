using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>The meters of one engine, and what its counter of kills counted.</summary>
internal sealed class OwnMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];

    public OwnMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this && instrument.Name == "workflow_lifecycle.kills")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            Counted.Enqueue(tags.ToArray().Single(tag => tag.Key == "workflow_lifecycle.kill.outcome").Value!.ToString()!));
        _listener.Start();
    }

    /// <summary>The outcomes, a measurement each.</summary>
    public ConcurrentQueue<string> Counted { get; } = new();

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        Meter meter = new(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }
}
