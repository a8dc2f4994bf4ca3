using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>How a run is ended, weakest first.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KillMode>))]
public enum KillMode
{
    /// <summary>SIGTERM to every process, time to leave up to a ceiling, then as <see cref="Emergency"/>. The default.</summary>
    Graceful = 0,

    /// <summary>The whole containment is ended at once. Ceiling: 5 s from the intent to the proof.</summary>
    Emergency = 1,
}
