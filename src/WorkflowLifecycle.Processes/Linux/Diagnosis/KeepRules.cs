using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Diagnosis;

/// <summary>Who would end a tree that is to outlive its host. What cannot be found out is no reason to refuse.</summary>
internal static class KeepRules
{
    // They leave with the process they started, and the kernel ends the namespace with them.
    private static readonly string[] _leavingInits = ["tini", "docker-init", "dumb-init", "catatonit", "podman-init"];

    private static readonly string[] _endingModes = ["control-group", "mixed"];

    /// <summary>Why no tree can outlive this process, with the remedy; null where nothing is known that would end it.</summary>
    public static string? FindProblem() => FindProblem(
        Environment.ProcessId,
        ProcessReader.TryReadStat(Environment.ProcessId, out ProcStat own) ? own.ParentPid : 0,
        SmallFile.ReadText("/proc/1/comm")?.Trim() ?? string.Empty,
        SmallFile.ReadText("/proc/self/cgroup") ?? string.Empty,
        root: string.Empty,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? string.Empty);

    /// <summary>The same of any process.</summary>
    public static string? FindProblem(int pid, int parentPid, string init, string cgroups, string root, string home, string runtime)
    {
        if (pid == 1)
        {
            return "This host is PID 1 of its PID namespace: when it ends, the kernel ends everything in there. Start it under a supervisor that stays, or set OnHostExit to Kill.";
        }

        // Of a namespace that was entered, the parent is outside.
        if (parentPid != 0 && _leavingInits.Contains(init, StringComparer.Ordinal))
        {
            return $"PID 1 here is {init}, which leaves when the process that it started does, and the kernel ends everything in the PID namespace then. "
                + "Start the host under a supervisor that stays, or set OnHostExit to Kill.";
        }

        return Directory.Exists(root + "/run/systemd/system") && SystemdUnit.Of(cgroups) is { } unit ? FindProblem(unit, root, home, runtime) : null;
    }

    private static string? FindProblem(SystemdUnit unit, string root, string home, string runtime)
    {
        if (unit.IsService && unit.Read("KillMode", root, home, runtime, absent: "control-group") is { } mode && _endingModes.Contains(mode, StringComparer.Ordinal))
        {
            return $"systemd ends everything in the unit {unit.Name} when this host ends (KillMode={mode}): a tree that is kept, and what holds it. "
                + "Set KillMode=process in the unit's [Service], or OnHostExit to Kill.";
        }

        return unit.IsSession && EndsSessions(root)
            ? $"This host is in the login session {unit.Name}, and this machine ends what is in a session at its end (KillUserProcesses=yes in logind.conf). "
                + "Start the host as a service, or by 'systemd-run --user --scope' with lingering on, or set OnHostExit to Kill."
            : null;
    }

    private static bool EndsSessions(string root)
    {
        string[] places = ["/usr/lib/systemd", "/run/systemd", "/etc/systemd"];
        IEnumerable<string> files =
        [
            .. places.Select(place => root + place + "/logind.conf"),
            .. places.Select(place => root + place + "/logind.conf.d").Where(Directory.Exists)
                .SelectMany(directory => Directory.EnumerateFiles(directory, "*.conf")).OrderBy(Path.GetFileName, StringComparer.Ordinal),
        ];
        string? last = files.Select(SmallFile.ReadText).OfType<string>().SelectMany(text => text.Split('\n')).Select(line => line.Trim())
            .LastOrDefault(line => line.StartsWith("KillUserProcesses=", StringComparison.Ordinal));
        return last?["KillUserProcesses=".Length..].Trim() is "yes" or "true" or "on" or "1";
    }
}
