using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowLifecycle.Telemetry;

/// <summary>Spans and instruments. A run id is never a metric attribute: there are too many of them.</summary>
internal sealed class LifecycleTelemetry : IDisposable
{
    public const string Name = "WorkflowLifecycle";

    // Shared by all hosts of a process, as listeners subscribe by name; never disposed, since it holds nothing.
    private static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Counter<long> _launches;
    private readonly Counter<long> _kills;
    private readonly Counter<long> _cleanupFailures;
    private readonly Histogram<double> _killDuration;
    private readonly Histogram<double> _phaseDuration;

    public LifecycleTelemetry(IMeterFactory? meterFactory = null)
    {
        _meter = meterFactory?.Create(Name) ?? new Meter(Name);
        _launches = _meter.CreateCounter<long>("workflow_lifecycle.launches", "{launch}", "Launches by result.");
        _kills = _meter.CreateCounter<long>("workflow_lifecycle.kills", "{kill}", "Kills by mode and outcome.");
        _cleanupFailures = _meter.CreateCounter<long>("workflow_lifecycle.cleanup.failures", "{resource}", "Resources that a kill could not free.");
        _killDuration = _meter.CreateHistogram<double>("workflow_lifecycle.kill.duration", "s", "From the durable intent to the proof and the receipt.");
        _phaseDuration = _meter.CreateHistogram<double>("workflow_lifecycle.shutdown.phase.duration", "s", "Phases of a graceful kill.");
    }

    /// <summary>A span: a launch, a kill, or a step of one; null when nobody listens.</summary>
    public static Activity? Start(string operation, RunId? runId = null)
    {
        Activity? activity = Source.StartActivity("workflow_lifecycle." + operation);
        if (runId is { } id)
        {
            activity?.SetTag("workflow_lifecycle.run.id", id.Value);
        }

        return activity;
    }

    public void Launched(bool succeeded) => _launches.Add(1, new KeyValuePair<string, object?>("workflow_lifecycle.launch.succeeded", succeeded));

    public void Killed(KillReport report)
    {
        TagList tags = new() { { "workflow_lifecycle.kill.mode", report.Mode.ToString() }, { "workflow_lifecycle.kill.outcome", report.Outcome.ToString() } };
        _kills.Add(1, tags);
        _killDuration.Record(report.DurationMs / 1000, tags);
        foreach (PhaseReport phase in report.Phases)
        {
            TagList outcome = new() { { "workflow_lifecycle.shutdown.phase", phase.Name }, { "workflow_lifecycle.shutdown.outcome", phase.Outcome.ToString() } };
            _phaseDuration.Record(phase.DurationMs / 1000, outcome);
        }

        int failures = report.Cleanup.Count(line => line.Outcome == "Failed");
        if (failures > 0)
        {
            _cleanupFailures.Add(failures);
        }
    }

    public void Dispose() => _meter.Dispose();
}
