using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Diagnosis;

/// <summary>What this process is, and what it inherited from whoever started it.</summary>
internal static class HostFindings
{
    private const int ChildSignal = 17;

    public static IEnumerable<EnvironmentFinding> All(LocalUser user)
    {
        yield return User(user);
        yield return Pidfds();
        if (Environment.ProcessId == 1)
        {
            yield return Bad("host", "pid-1", "this process is PID 1 of its PID namespace: when it ends, the kernel ends every tree, so none can be kept; nobody collects orphans that are not ours", Remedies.Init);
        }

        if (IgnoresChildSignal())
        {
            yield return Bad("child-signal", "ignored", "SIGCHLD is ignored, inherited from whoever started this process: runs keep their exit codes, but System.Diagnostics.Process loses its own", Remedies.ChildSignal);
        }

        if (!File.Exists("/bin/sh"))
        {
            yield return new EnvironmentFinding { Name = "shell", Kind = "absent", IsGood = true, Detail = "there is no /bin/sh; nothing of ours needs one, the runbook's lines do", Remedy = Remedies.Shell };
        }
    }

    private static EnvironmentFinding User(LocalUser user)
    {
        bool isMapped = SmallFile.ReadText("/proc/self/uid_map") is { } map && !IsWholeRange(map);
        string kind = !user.IsPrivileged ? "ordinary" : isMapped ? "namespace-root" : "root";
        string detail = kind switch
        {
            "ordinary" => $"runs as {user.Name} ({user.Id}): holds and ends its own trees, not children that become another user outside a cgroup",
            "namespace-root" => "runs as root of a user namespace (rootless container): root's rights end at the namespace",
            _ => "runs as root",
        };
        return new EnvironmentFinding { Name = "user", Kind = kind, IsGood = true, Detail = detail };
    }

    private static bool IsWholeRange(string map) =>
        map.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is ["0", "0", "4294967295"];

    private static EnvironmentFinding Pidfds()
    {
        using FileDescriptor? self = PidDescriptor.Open(Environment.ProcessId, out int errno);
        if (self is not null)
        {
            errno = PidDescriptor.Signal(self, 0);
        }

        return errno == 0
            ? new EnvironmentFinding { Name = "pidfd", Kind = "present", IsGood = true, Detail = "signals go to exactly the process that was looked at" }
            : Bad("pidfd", "absent", $"no pidfds ({Errno.Describe(errno)}): signals go by PID after a look at its start, and a process of the same user can hold up the notice of the host's death", Remedies.Pidfds);
    }

    private static bool IgnoresChildSignal()
    {
        string? line = SmallFile.ReadText("/proc/self/status")?.Split('\n').FirstOrDefault(text => text.StartsWith("SigIgn:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong ignored)
            && (ignored & (1UL << (ChildSignal - 1))) != 0;
    }

    private static EnvironmentFinding Bad(string name, string kind, string detail, IReadOnlyList<string> remedy) =>
        new() { Name = name, Kind = kind, IsGood = false, Detail = detail, Remedy = remedy };
}
