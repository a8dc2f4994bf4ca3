namespace WorkflowLifecycle.Processes.Linux.Diagnosis;

/// <summary>The lines that improve an environment. docs/deploying.md holds each of them, word for word.</summary>
internal static class Remedies
{
    public static IReadOnlyList<string> Delegation { get; } =
    [
        "systemd unit, [Service]:   Delegate=yes",
        "systemd unit, [Service]:   KillMode=process",
        "systemd, without a unit:   systemd-run --user --scope -p Delegate=yes PROGRAM",
        "by hand, as root:          mkdir CGROUP; chown -R USER CGROUP; echo $$ > CGROUP/cgroup.procs; exec setpriv --reuid USER --init-groups PROGRAM",
    ];

    public static IReadOnlyList<string> WritableInContainer { get; } =
    [
        "Docker:                    docker run --init --cgroupns=private --security-opt writable-cgroups=true IMAGE",
        "Podman:                    podman run --init --cgroupns=private --security-opt unmask=/sys/fs/cgroup IMAGE",
        "Kubernetes, containerd:    cgroup_writable = true in the runtime class of the pod",
        "systemd unit, [Service]:   ProtectControlGroups=no",
    ];

    public static IReadOnlyList<string> Mount { get; } =
    [
        "as root:                   mount -t cgroup2 none /sys/fs/cgroup",
    ];

    public static IReadOnlyList<string> InsideDelegation { get; } =
    [
        "start the host inside it:  echo $$ > CGROUP/cgroup.procs as root, in the shell that starts the host",
        .. Delegation,
    ];

    public static IReadOnlyList<string> Domain { get; } =
    [
        "name another cgroup:       WorkflowLifecycleOptions.CgroupRoot, where 'cat CGROUP/cgroup.type' says domain",
    ];

    public static IReadOnlyList<string> NewerKernel { get; } =
    [
        "kernel:                    Linux 5.14 or newer has cgroup.kill; without it the reaper alone holds",
    ];

    public static IReadOnlyList<string> OtherRoot { get; } =
    [
        "cgroup root:               leave WorkflowLifecycleOptions.CgroupRoot unset, or name a directory of the cgroup v2 hierarchy",
    ];

    public static IReadOnlyList<string> ExecutableMemory { get; } =
    [
        "memory files, as root:     sysctl vm.memfd_noexec=1",
        "or a place to execute:     WORKFLOW_LIFECYCLE_RUNTIME_DIR=DIRECTORY, not mounted noexec",
    ];

    public static IReadOnlyList<string> RuntimeDirectory { get; } =
    [
        "runtime directory:         WORKFLOW_LIFECYCLE_RUNTIME_DIR=DIRECTORY, short, of the host's own user, writable by nobody else",
    ];

    public static IReadOnlyList<string> Pidfds { get; } =
    [
        "kernel:                    Linux 5.3 or newer, with pidfd_open and pidfd_send_signal",
        "in a sandbox:              allow pidfd_open and pidfd_send_signal in its seccomp profile",
    ];

    public static IReadOnlyList<string> Init { get; } =
    [
        "Docker:                    docker run --init IMAGE",
        "Kubernetes:                an init such as tini as the entry point of the image, or shareProcessNamespace: true",
        "Keep runs:                 need a supervisor that stays when the host ends; tini, dumb-init, catatonit and --init leave with it",
    ];

    public static IReadOnlyList<string> ChildSignal { get; } =
    [
        "start the host so:         env --default-signal=CHLD PROGRAM",
    ];

    public static IReadOnlyList<string> Shell { get; } =
    [
        "without a shell:           workflowctl from the machine, with --store FILE and WORKFLOW_LIFECYCLE_RUNTIME_DIR; nsenter -t HOSTPID -p -m where the PID namespace differs",
    ];
}
