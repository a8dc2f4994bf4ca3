using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Leaks;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.RunDirectories;

/// <summary>Holds what a run directory says of itself against reality: its program could write there, and must not name us somebody else's processes.</summary>
[SupportedOSPlatform("linux")]
internal static class RemainsProof
{
    /// <summary>How the run is held, as far as that can be proven; null when it cannot.</summary>
    public static ContainmentRecord? Prove(RunRemains remains, LocalUser user)
    {
        Machine machine = Machine.Read();
        if (remains.Host is not { } host || !machine.IsHomeOf(host))
        {
            return null;
        }

        ProcessIdentity? shim = remains.Shim is { } said && IsShimOf(remains.RunId, said, machine, user) ? said : null;
        using RunCgroup? cgroup = remains.Containment.CgroupPath is { } path ? RunCgroup.Open(path, remains.Containment.CgroupInode, out _) : null;
        ContainmentStrength? strength = (shim, cgroup) switch
        {
            (not null, not null) => ContainmentStrength.CgroupAndReaper,
            (not null, null) => ContainmentStrength.Reaper,
            (null, not null) => ContainmentStrength.CgroupOnly,
            _ => null,
        };
        return strength is { } proven ? remains.Containment with { Strength = proven, Shim = shim, CgroupPath = cgroup?.Path } : null;
    }

    // The number, the start, and that it calls itself the shim of this very run. Root also looks at its program; others may not, and can
    // only be led to what is their own anyway.
    private static bool IsShimOf(RunId run, ProcessIdentity shim, Machine machine, LocalUser user) =>
        machine.Look(shim) == ProcessPresence.Present && ShimProgram.TitleOf(shim.Pid) == run && (!user.IsPrivileged || ShimProgram.IsExecutedBy(shim.Pid));
}
