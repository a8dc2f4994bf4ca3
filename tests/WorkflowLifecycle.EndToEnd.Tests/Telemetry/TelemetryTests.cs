using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Telemetry;

/// <summary>What a host's telemetry hears of a launch and a kill.</summary>
public sealed class TelemetryTests : EndToEndTest
{
    private const string Name = "WorkflowLifecycle";

    [Fact(Timeout = Limit)]
    public async Task LaunchAndKill_AreSpansMeasurementsAndMessages()
    {
        List<Activity> spans = [];
        List<(string Instrument, double Value, string[] Tags)> measurements = [];
        using ActivityListener activities = new()
        {
            ShouldListenTo = source => source.Name == Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (spans)
                {
                    spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(activities);
        using MeterListener meters = new() { InstrumentPublished = (instrument, listener) => Enable(instrument, listener) };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        meters.Start();
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
        await Assert.ThrowsAsync<LaunchFailedException>(() => engine.LaunchAsync(engine.Request("/no/such/program")));
        await Wait.UntilAsync("the kill's span is over", () => spans.Exists(span => span.OperationName == "workflow_lifecycle.kill"));

        Assert.Equal(process.RunId.Value, spans.Find(span => span.OperationName == "workflow_lifecycle.launch")!.GetTagItem("workflow_lifecycle.run.id"));
        Assert.Equal("Killed", spans.Find(span => span.OperationName == "workflow_lifecycle.kill")!.GetTagItem("workflow_lifecycle.kill.outcome"));
        Assert.Contains(spans, span => span.Status == ActivityStatusCode.Error);
        lock (measurements)
        {
            Assert.Equal(2, measurements.Count(measurement => measurement.Instrument == "workflow_lifecycle.launches"));
            Assert.Single(measurements, measurement => measurement.Instrument == "workflow_lifecycle.kills");
            Assert.InRange(measurements.Single(measurement => measurement.Instrument == "workflow_lifecycle.kill.duration").Value, 0, 5);
            Assert.DoesNotContain(measurements.SelectMany(measurement => measurement.Tags), tag => tag.Contains(process.RunId.Value, StringComparison.Ordinal));
        }

        Assert.Contains(engine.Logs.Entries, entry => entry is { Id: 201, Level: LogLevel.Debug });
        Assert.Contains(engine.Logs.Entries, entry => entry is { Id: 202, Level: LogLevel.Debug });
        Assert.Contains(engine.Logs.Entries, entry => entry is { Id: 301, Level: LogLevel.Information } && entry.Text.Contains(report.KillId.ToString(), StringComparison.Ordinal));
        Assert.Contains(engine.Logs.Entries, entry => entry is { Id: 302, Level: LogLevel.Information });

        void Add<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            where T : struct
        {
            string[] texts = [.. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")];
            lock (measurements)
            {
                measurements.Add((instrument.Name, Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture), texts));
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task WeakStrength_IsOneWarningPerStart()
    {
        Engine engine = Start(ContainmentStrength.Reaper);

        await engine.Launcher.RunAsync(engine.Request("true"));
        await engine.Launcher.RunAsync(engine.Request("true"));

        Assert.Single(engine.Logs.Entries, entry => entry is { Id: 203, Level: LogLevel.Warning });
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name == Name)
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }
}
