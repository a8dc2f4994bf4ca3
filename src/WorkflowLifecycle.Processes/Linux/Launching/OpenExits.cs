namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Ways out of a containment, in the words of reports.</summary>
internal static class OpenExits
{
    private static readonly string[] Always =
    [
        "asking another daemon to start a process (systemd-run, docker, at)",
    ];

    public static IReadOnlyList<string> At(bool hasCgroup) => hasCgroup
        ? [.. Always, "killing the shim, or deleting its socket, after leaving the cgroup (root, or the same user in a delegated subtree)", "leaving the cgroup and entering a foreign PID namespace (root)"]
        : [.. Always, "killing the shim (root, or the same user)", "entering a foreign PID namespace and forking twice (root)"];
}
