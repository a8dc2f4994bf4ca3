using WorkflowLifecycle.Processes.Linux.Launching;

namespace WorkflowLifecycle.Processes.Tests.Launching;

/// <summary>What an older kernel, or a user who may not mount, leaves open. What this machine closes is attacked by the end-to-end tests.</summary>
public sealed class OpenExitsTests
{
    [Theory]
    [InlineData(Hardening.Landlock, true, true, true, true)]
    [InlineData(Hardening.Landlock, false, true, true, true, "killing the shim (root; the cgroup still holds the tree)")]
    [InlineData(Hardening.Landlock, true, false, false, true, "deleting the shim's socket (the same user; the cgroup still holds the tree)")]
    [InlineData(Hardening.Landlock, false, false, false, false, "killing the shim (the same user)", "deleting the shim's socket (the same user)")]
    [InlineData(Hardening.Landlock, true, true, true, false, "entering a foreign PID namespace that is mounted as a file, and forking twice (root)")]
    [InlineData(Hardening.PidNamespace, false, true, false, true)]
    [InlineData(Hardening.PidNamespace, false, true, false, false)]
    [InlineData(Hardening.PidNamespace, false, true, true, true, "unmounting what hides the run directory, deleting the shim's socket, and leaving the cgroup (root)")]
    [InlineData(Hardening.PidNamespace | Hardening.Landlock, false, true, true, true)]
    [InlineData(Hardening.NoNewPrivileges, false, false, false, false, "killing the shim (the same user)")]
    [InlineData(Hardening.NoNewPrivileges, false, false, false, true, "killing the shim, or deleting its socket, after leaving the cgroup (the same user in a delegated subtree)")]
    public void OpenExits_OfAHardenedRun_AreThoseThatTheKernelLeaves(
        Hardening hardening, bool endsSignals, bool hidesRunDirectory, bool isRoot, bool hasCgroup, params string[] expected)
    {
        IReadOnlyList<string> exits = OpenExits.At(hasCgroup, new HardeningInForce(hardening, endsSignals, hidesRunDirectory, isRoot));

        Assert.Equal(["asking another daemon to start a process (systemd-run, docker, at)", .. expected], exits);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OpenExits_OfRootWithoutNewPrivileges_AreTheSameAsWithout(bool hasCgroup) =>
        Assert.Equal(OpenExits.At(hasCgroup, default), OpenExits.At(hasCgroup, new HardeningInForce(Hardening.NoNewPrivileges, false, false, true)));
}
