using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>What was seen that proves the end of a whole tree. Never a process scan: a scan cannot prove absence.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EndProof>))]
public enum EndProof
{
    /// <summary>Nothing proves it.</summary>
    None = 0,

    /// <summary>The kernel reports the run's cgroup as unpopulated.</summary>
    CgroupEmpty = 1,

    /// <summary>The reaper of the tree has no child left (ECHILD): all exited and collected.</summary>
    ReaperEmpty = 2,

    /// <summary>Both.</summary>
    CgroupAndReaperEmpty = 3,

    /// <summary>The program was never started: the launch gate did not open.</summary>
    NeverStarted = 4,

    /// <summary>The boot in which the tree lived is over.</summary>
    BootEnded = 5,
}
