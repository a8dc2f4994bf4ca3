using System.Text.Json.Serialization;

namespace WorkflowLifecycle;

/// <summary>How firmly a run's tree is held, weakest first. Each report names it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContainmentStrength>))]
public enum ContainmentStrength
{
    /// <summary>Process group and descendant sweep. No proof: a run ends as <c>EndedUnproven</c> at best.</summary>
    BestEffort = 0,

    /// <summary>A cgroup without a reaper of ours. Proof: the kernel counts no process in it. Zombies are not ours to collect.</summary>
    CgroupOnly = 1,

    /// <summary>A reaper without a cgroup. Proof: the reaper has no child left.</summary>
    Reaper = 2,

    /// <summary>Reaper and own cgroup. Proof: both are empty. A process that walks out of the cgroup is still the reaper's.</summary>
    CgroupAndReaper = 3,

    /// <summary>A Windows job object. Proof: the job counts no active process.</summary>
    JobObject = 4,
}
