namespace WorkflowLifecycle.Tests.Shared;

/// <summary>Podman with runc: no daemon, a monitor for each container.</summary>
internal sealed class PodmanEngine : ContainerEngine
{
    private const string Runtime = "/usr/sbin/runc";

    public override string Client => "/usr/bin/podman";

    public override IReadOnlyList<string> Arguments =>
        ["--root", Place + "/root", "--runroot", Place + "/run", "--tmpdir", Place + "/tmp", "--runtime", Runtime, "--cgroup-manager", "cgroupfs"];

    public override string? Missing => RootAnd(Client, Runtime);

    // An overlay over them.
    protected override string Files => "--rootfs /:O";

    protected override void OnStart() => Command("info");

    // Monitors, and what they start to clean up, are there a moment longer than the containers. Only then does the engine's storage, which it mounts
    // upon itself, stay unmounted.
    protected override void Stop()
    {
        Shell($"for i in $(seq 100); do pgrep -f '[w]{Path.GetFileName(Place)[1..]}' > /dev/null || exit 0; sleep 0.1; done; exit 1");
        Shell($"! mountpoint -q {Place}/root/overlay || umount {Place}/root/overlay");
    }
}
