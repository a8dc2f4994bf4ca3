namespace WorkflowLifecycle.EndToEnd.Tests.Adoption;

/// <summary>A test with a tree that the product did not start.</summary>
public abstract class AdoptionTest : EndToEndTest
{
    internal static AdoptRequest Request(string? runId = null) => new("nobody tracked it", WorkflowPrincipal.LocalUser())
    {
        RunId = runId is null ? null : RunId.Parse(runId),
        Workflow = "stray",
    };

    /// <summary>A shell script that says "ready" on its standard output.</summary>
    internal async Task<int> StartTreeAsync(string script)
    {
        HelperProcess tree = StartHelper("/bin/sh", "-c", script);
        await tree.ReadAsync("ready");
        return tree.Pid;
    }

    internal static Task<AdoptCandidate> PreviewAsync(Engine engine, int pid, bool includeSession = false) =>
        engine.Launcher.PreviewAdoptionAsync(Token(pid), includeSession);

    internal static async Task<ITrackedProcess> AdoptAsync(Engine engine, int pid, string? runId = null) =>
        await engine.Launcher.AdoptAsync((await PreviewAsync(engine, pid)).Root, Request(runId));

    /// <summary>The token of a process, from what the kernel says.</summary>
    internal static AdoptToken Token(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Replace("-", string.Empty, StringComparison.Ordinal)[..8];
        return new AdoptToken { Pid = pid, StartTicks = ulong.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture), Boot = boot };
    }

    internal static string CgroupOf(int pid) => File.ReadLines($"/proc/{pid}/cgroup").First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];

    internal static bool IsInside(int pid, RunRecord run) => CgroupOf(pid).Contains("wfl-" + run.InternalId, StringComparison.Ordinal);
}
