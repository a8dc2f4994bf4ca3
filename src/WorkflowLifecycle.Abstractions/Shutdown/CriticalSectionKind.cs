using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What kind of work a critical section protects: it decides which phase waits for it, and how long.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CriticalSectionKind>))]
public enum CriticalSectionKind
{
    /// <summary>Work on a repository; waited for by the phase <c>git</c>.</summary>
    Git = 0,

    /// <summary>A transaction; waited for by the phase <c>database</c>.</summary>
    Database = 1,

    /// <summary>Writing of files; waited for by the phase <c>file</c>.</summary>
    File = 2,

    /// <summary>Anything else; waited for by the phase <c>other</c>.</summary>
    Other = 3,
}
