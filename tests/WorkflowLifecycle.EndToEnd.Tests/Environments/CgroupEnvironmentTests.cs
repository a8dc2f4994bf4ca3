using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Environments;

/// <summary>Each way in which a machine offers cgroups, or does not.</summary>
public sealed class CgroupEnvironmentTests : EnvironmentTest
{
    private const string Own = "umount -l \"$V2\"; mount -t cgroup2 none \"$V2\"";

    [Fact(Timeout = Limit)]
    public async Task Root_OnAMachine_HoldsByCgroupAndReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings());

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("cgroup", "usable");
        outcome.Finds("user", "root");
        Assert.Equal("allowed", outcome.Keep);
        Assert.Equal(ContainmentStrength.CgroupAndReaper, outcome.Tool.Strength);
    }

    [Fact(Timeout = Limit)]
    public async Task Container_WithAWritableCgroup_HoldsByCgroupAndReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Namespaces = "--mount --cgroup", Inside = Own });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("cgroup", "usable");
    }

    [Fact(Timeout = Limit)]
    public async Task DelegatedSubtree_WithItsHostInside_HoldsByCgroupAndReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Outside = "chown 65534:65534 \"$ROOM\" \"$CG\" \"$CG/cgroup.procs\" \"$CG/cgroup.subtree_control\"",
            Through = Surroundings.AsNobody,
        });

        outcome.Holds(ContainmentStrength.CgroupAndReaper);
        outcome.Finds("cgroup", "usable");
        outcome.Finds("user", "ordinary");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task DelegatedSubtree_WithItsHostOutside_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Outside = "mkdir \"$CG/delegated\"; chown -R 65534:65534 \"$ROOM\" \"$CG/delegated\"",
            Through = Surroundings.AsNobody,
            HostOptions = "\"cgroup-root=$CG/delegated\"",
        });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "outside-delegation", toolToo: false);
        outcome.Finds("user", "ordinary");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task OrdinaryUser_WithoutDelegation_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Outside = "chown 65534:65534 \"$ROOM\"", Through = Surroundings.AsNobody });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "not-delegated");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task RootlessContainer_WithoutDelegation_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Outside = "chown 65534:65534 \"$ROOM\"",
            Through = Surroundings.AsNobody + " unshare --user --map-root-user",
        });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "not-delegated");
        outcome.Finds("user", "namespace-root");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task PlainContainer_WithAReadOnlyCgroup_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Namespaces = "--mount --cgroup",
            Inside = Own + "; mount -o remount,bind,ro \"$V2\"",
        });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "read-only");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task Machine_WithoutCgroups_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings { Inside = "umount -l \"$V2\"" });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "absent");
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S31")]
    public async Task ThreadedDomain_ThatTakesNoProcesses_HoldsByReaper()
    {
        TrialOutcome outcome = await TryAsync(new Surroundings
        {
            Outside = "mkdir \"$CG/threads\"; echo threaded > \"$CG/threads/cgroup.type\"",
            Namespaces = "--mount --cgroup",
            Inside = Own,
        });

        outcome.Holds(ContainmentStrength.Reaper);
        outcome.Finds("cgroup", "threaded");
    }
}
