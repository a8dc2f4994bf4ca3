using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Finds out how firmly trees can be held here by holding one: the shim's own program, which exits at once.</summary>
[SupportedOSPlatform("linux")]
internal sealed class AbilityProbe(LinuxPlatform platform, ContainmentSettings settings, LocalUser user)
{
    public async Task<ContainmentAbility> RunAsync()
    {
        List<EnvironmentFinding> findings = [];
        foreach (string root in settings.WithoutCgroups ? [] : CgroupRoots.Candidates(settings.CgroupRoot, user.IsPrivileged))
        {
            string? problem = LinuxPlatform.TryCgroupRoot(root) ?? await TryRunAsync(root).ConfigureAwait(false);
            if (problem is null)
            {
                findings.Add(Good("cgroup", $"runs get cgroups below {root}"));
                findings.Add(Good("shim", "starts from memory and holds a tree"));
                return new ContainmentAbility
                {
                    Strength = ContainmentStrength.CgroupAndReaper,
                    Why = $"The shim works and cgroups can be made below {root}: there is no stronger containment here.",
                    CgroupRoot = root,
                    OpenExits = OpenExits.At(hasCgroup: true, default),
                    Findings = findings,
                };
            }

            findings.Add(Bad("cgroup", $"{root}: {problem}", CgroupRemedy));
        }

        if (findings.Count == 0)
        {
            findings.Add(settings.WithoutCgroups
                ? Bad("cgroup", "cgroups are switched off by a setting", [])
                : Bad("cgroup", "no cgroup v2 hierarchy is mounted, or none that we may write in", CgroupRemedy));
        }

        string? shimProblem = await TryRunAsync(null).ConfigureAwait(false);
        findings.Add(shimProblem is null ? Good("shim", "starts from memory and holds a tree") : Bad("shim", shimProblem, []));
        return new ContainmentAbility
        {
            Strength = shimProblem is null ? ContainmentStrength.Reaper : ContainmentStrength.BestEffort,
            Why = shimProblem is null ? "No cgroup can be had: " + findings[0].Detail + "." : "The shim cannot hold a tree here: " + shimProblem,
            OpenExits = OpenExits.At(hasCgroup: false, default),
            Findings = findings,
        };
    }

    private static string[] CgroupRemedy =>
    [
        "as root:                run the host as root, or delegate a subtree to its user",
        "in a systemd unit:      [Service] Delegate=yes and KillMode=process",
        "in a container:         start it with --cgroupns=private and a writable cgroup mount",
    ];

    private static EnvironmentFinding Good(string name, string detail) => new() { Name = name, IsGood = true, Detail = detail };

    private static EnvironmentFinding Bad(string name, string detail, IReadOnlyList<string> remedy) =>
        new() { Name = name, IsGood = false, Detail = detail, Remedy = remedy };

    private async Task<string?> TryRunAsync(string? cgroupRoot)
    {
        try
        {
            string internalId = Guid.NewGuid().ToString("N");
            ContainmentSpec spec = new()
            {
                RunId = RunId.Parse("probe_" + internalId[..12]),
                InternalId = internalId,
                Program = platform.ShimProgram,
                Arguments = ["workflow-lifecycle-probe"],
                WorkingDirectory = "/",
                Environment = new Dictionary<string, string>(),
                Output = OutputMode.Discard,
                OutputFileCap = 1,
                OutputFilesKept = 1,
            };
            IPreparedRun prepared = await platform.PrepareAsync(spec, cgroupRoot, CancellationToken.None).ConfigureAwait(false);
            await using (prepared.ConfigureAwait(false))
            {
                return await HoldAndCleanAsync(spec, prepared).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is LaunchFailedException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private async Task<string?> HoldAndCleanAsync(ContainmentSpec spec, IPreparedRun prepared)
    {
        IHeldRun held = await prepared.GoAsync().ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            EndNotice? end = await held.Ended.ConfigureAwait(false);
            IContainment containment = platform.Open(Describe(spec, prepared.Containment));
            await using (containment.ConfigureAwait(false))
            {
                await containment.ConnectAsync().ConfigureAwait(false);
                IReadOnlyList<CleanupResult> cleanup = await containment.CleanAsync(keepOutput: false).ConfigureAwait(false);
                IReadOnlyList<string> left = containment.DiscardRecords(keepOutput: false);
                return end is null ? "the shim died in the probe"
                    : cleanup.FirstOrDefault(line => line.Remaining.Count > 0)?.Message ?? (left.Count > 0 ? $"{left[0]} could not be removed" : null);
            }
        }
    }

    private RunRecord Describe(ContainmentSpec spec, ContainmentRecord containment) => new()
    {
        RunId = spec.RunId,
        InternalId = spec.InternalId,
        State = RunState.Running,
        LaunchedBy = user.Subject,
        Program = spec.Program,
        WorkingDirectory = spec.WorkingDirectory,
        Host = platform.Self,
        CreatedAt = default,
        Containment = containment,
    };
}
