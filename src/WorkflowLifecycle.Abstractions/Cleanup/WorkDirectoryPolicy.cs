using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What becomes of a run's working directory at its end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkDirectoryPolicy>))]
public enum WorkDirectoryPolicy
{
    /// <summary>It stays. The default.</summary>
    Keep = 0,

    /// <summary>It is deleted. The launch refuses directories of which nobody means that: <c>/</c>, a home, the root of a repository, what holds another run.</summary>
    Delete = 1,

    /// <summary>It is written into an archive, and deleted once that is complete.</summary>
    Archive = 2,
}
