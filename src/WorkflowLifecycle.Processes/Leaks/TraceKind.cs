using System.Text.Json.Serialization;

namespace WorkflowLifecycle.Processes;

/// <summary>What carries a mark of ours.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TraceKind>))]
public enum TraceKind
{
    /// <summary>A process, also a shim.</summary>
    Process = 0,

    /// <summary>A cgroup that is named as those of runs are.</summary>
    Cgroup = 1,

    /// <summary>A run directory that was not cleaned to the end, with the sockets in it.</summary>
    RunDirectory = 2,

    /// <summary>A temp directory that is named as those of runs are.</summary>
    TempDirectory = 3,

    /// <summary>Shared memory, or a semaphore, that has the name of a run.</summary>
    SharedMemory = 4,
}
