namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Ways out of a containment, in the words of reports.</summary>
internal static class OpenExits
{
    private const string Daemons = "asking another daemon to start a process (systemd-run, docker, at)";

    public static IReadOnlyList<string> At(bool hasCgroup, HardeningInForce hardening) => hardening switch
    {
        { Hardening: Hardening.None } => hasCgroup
            ?
            [
                Daemons,
                "killing the shim, or deleting its socket, after leaving the cgroup (root, or the same user in a delegated subtree)",
                "leaving the cgroup and entering a foreign PID namespace (root)",
            ]
            : [Daemons, "killing the shim (root, or the same user)", "entering a foreign PID namespace and forking twice (root)"],
        _ when hardening.Has(Hardening.PidNamespace) => [Daemons, .. InNamespace(hasCgroup, hardening)],
        _ when hardening.Has(Hardening.Landlock) => [Daemons, .. hasCgroup ? UnderLandlock(hardening) : UnderLandlockAlone(hardening)],
        _ => [Daemons, .. WithoutNewPrivileges(hasCgroup, hardening)],
    };

    // The shim's death is the namespace's end, whoever left the cgroup ends with it, and no namespace but one below can be entered: what is
    // left is to hide the run from whoever is to end it, for which the mount that hides the run directory has to go.
    private static IEnumerable<string> InNamespace(bool hasCgroup, HardeningInForce hardening)
    {
        if (hardening.IsRoot && !hardening.Has(Hardening.Landlock))
        {
            yield return hasCgroup
                ? "unmounting what hides the run directory, deleting the shim's socket, and leaving the cgroup (root)"
                : "unmounting what hides the run directory, and deleting the shim's socket (root)";
        }
    }

    // Nobody leaves the cgroup, so it holds the tree without the shim as well: what is done to the shim only lowers the strength.
    private static IEnumerable<string> UnderLandlock(HardeningInForce hardening)
    {
        string who = hardening.IsRoot ? "root" : "the same user";
        if (!hardening.EndsSignals)
        {
            yield return $"killing the shim ({who}; the cgroup still holds the tree)";
        }

        if (!hardening.HidesRunDirectory)
        {
            yield return $"deleting the shim's socket ({who}; the cgroup still holds the tree)";
        }
    }

    private static IEnumerable<string> UnderLandlockAlone(HardeningInForce hardening)
    {
        string who = hardening.IsRoot ? "root" : "the same user";
        if (!hardening.EndsSignals)
        {
            yield return $"killing the shim ({who})";
        }

        if (!hardening.HidesRunDirectory)
        {
            yield return $"deleting the shim's socket ({who})";
        }

        // Landlock guards the way through /proc, not a namespace that is mounted as a file.
        if (hardening.IsRoot)
        {
            yield return "entering a foreign PID namespace that is mounted as a file, and forking twice (root)";
        }
    }

    // An ordinary user stays one: what takes root is out of reach.
    private static IEnumerable<string> WithoutNewPrivileges(bool hasCgroup, HardeningInForce hardening)
    {
        if (hardening.IsRoot)
        {
            return At(hasCgroup, default).Skip(1);
        }

        return hasCgroup
            ? ["killing the shim, or deleting its socket, after leaving the cgroup (the same user in a delegated subtree)"]
            : ["killing the shim (the same user)"];
    }
}
