using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>Where a program's standard output and error go.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputMode>))]
public enum OutputMode
{
    /// <summary>To the host, line by line.</summary>
    Capture = 0,

    /// <summary>To <c>stdout.log</c> and <c>stderr.log</c> in the run directory, capped and rotated; they outlive the host.</summary>
    Files = 1,

    /// <summary>Nowhere.</summary>
    Discard = 2,
}
