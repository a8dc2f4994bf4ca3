using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>How a run is ended, weakest first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KillMode>))]
public enum KillMode
{
    /// <summary>Waits for work in flight, tells the program to leave (SIGTERM unless the launch says otherwise), gives it time up to a ceiling, then as <see cref="Emergency"/>. The default.</summary>
    Graceful = 0,

    /// <summary>The whole containment is ended at once. Ceiling: 5 s from the intent to the proof.</summary>
    Emergency = 1,
}
