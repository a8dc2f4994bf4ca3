using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>Where a program's standard output and error go.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputMode>))]
public enum OutputMode
{
    /// <summary>To the host, line by line. The program never waits.</summary>
    Capture = 0,

    /// <summary>To <c>stdout.log</c> and <c>stderr.log</c> in the run directory, capped and rotated; they outlive the host.</summary>
    Files = 1,

    /// <summary>Nowhere.</summary>
    Discard = 2,

    /// <summary>
    /// To the host, byte by byte and at once: <see cref="ITrackedProcess.StandardOutput"/> and <see cref="ITrackedProcess.StandardError"/>.
    /// As in a shell's pipeline, the program waits for a reader that is slow; a kill does not.
    /// </summary>
    Stream = 3,
}
