using WorkflowLifecycle.Processes.Linux.Interop;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Why a hardening cannot be had here, and what changes that.</summary>
internal static class HardeningRefusals
{
    public static LaunchFailedException Describe(Hardening hardening, int errno) =>
        new(LaunchStage.Hardening, $"{hardening} was asked for and cannot be had here: {Errno.Describe(errno)}. {Remedy(hardening, errno)} Or launch without it; see docs/hardening.md.");

    public static LaunchFailedException DescribeMounts(Hardening hardening, int errno) =>
        new(LaunchStage.Hardening, $"{hardening} needs its own view of the mounts, which cannot be had here: {Errno.Describe(errno)}. {MountRemedy} Or launch without it; see docs/hardening.md.");

    private const string MountRemedy =
        "In a container, run it with an unmasked /proc and the permission to mount; in a chroot, make its root a mount point (mount --bind ROOT ROOT).";

    private static string Remedy(Hardening hardening, int errno) => (hardening, errno) switch
    {
        (Hardening.Landlock, Errno.EOPNOTSUPP) => "Start the kernel with Landlock (boot parameter lsm=landlock,...), Linux 5.19 or later.",
        (Hardening.Landlock, _) => "It takes Linux 5.19 or later with CONFIG_SECURITY_LANDLOCK, and a container whose seccomp filter lets it through.",
        (Hardening.PidNamespace, Errno.ENOSPC) => "Raise the limits (sysctl user.max_pid_namespaces, user.max_user_namespaces).",
        (Hardening.PidNamespace, _) => "Run the host as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0; in a container, a seccomp filter that lets unshare through).",
        _ => "It takes Linux 3.5 or later.",
    };
}
