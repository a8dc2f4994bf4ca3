using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.RunDirectories;

namespace WorkflowLifecycle.Processes.Linux.Adopting;

/// <summary>What is made for an adoption.</summary>
internal sealed class AdoptionMaterial(
    AdoptionSpec spec, RunDirectory directory, RunCgroup? cgroup, AdoptionFile record, KillLock? killLock, AdoptionLock adoptionLock) : IDisposable
{
    public AdoptionSpec Spec { get; } = spec;

    public RunDirectory Directory { get; } = directory;

    public RunCgroup? Cgroup { get; } = cgroup;

    public AdoptionFile Record { get; } = record;

    public ContainmentRecord Containment => new()
    {
        Strength = Cgroup is null ? ContainmentStrength.BestEffort : ContainmentStrength.CgroupOnly,
        RunDirectory = Directory.Path,
        CgroupPath = Cgroup?.Path,
        CgroupInode = Cgroup?.Inode ?? 0,
        OpenExits = OpenExits,
    };

    private IReadOnlyList<string> OpenExits =>
    [
        "having daemonized before it was adopted: it was not held from its start",
        "asking another daemon to start a process (systemd-run, docker, at)",
        Cgroup is null
            ? "forking a child and exiting: nothing collects the tree, and nothing holds it"
            : "leaving the cgroup (root, or the same user in a delegated subtree)",
    ];

    /// <summary>Lets others at it: the next adoption, and whoever waits to kill this one.</summary>
    public void Release()
    {
        Record.Dispose();
        killLock?.Dispose();
        adoptionLock.Dispose();
    }

    public void Dispose()
    {
        Release();
        Cgroup?.Dispose();
    }
}
