using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Diagnosis;
using WorkflowLifecycle.Processes.Linux.Shim;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Finds out how firmly trees can be held here by holding one: the shim's own program, which exits at once.</summary>
[SupportedOSPlatform("linux")]
internal sealed class AbilityProbe(LinuxPlatform platform, ContainmentSettings settings, LocalUser user)
{
    public async Task<ContainmentAbility> RunAsync()
    {
        List<EnvironmentFinding> host = [.. HostFindings.All(user)];
        EnvironmentFinding shim = FindShim();
        if (shim.Kind == "refused")
        {
            return Describe(ContainmentStrength.BestEffort, shim.Detail, null, [shim, .. host]);
        }

        ProbeTraces.ClearDirectories(Path.Combine(platform.RuntimeRoot, RunDirectories.RuntimeRoot.Runs));
        List<EnvironmentFinding> findings = [];
        foreach (string root in settings.WithoutCgroups ? [] : CgroupRoots.Candidates(settings.CgroupRoot, user.IsPrivileged))
        {
            ProbeTraces.ClearCgroups(root);
            if (LinuxPlatform.TryCgroupRoot(root) is { } unusable)
            {
                findings.Add(CgroupFindings.NotMade(root, unusable));
            }
            else if (await TryRunAsync(root).ConfigureAwait(false) is { } problem)
            {
                findings.Add(CgroupFindings.NotEntered(root, problem));
            }
            else
            {
                string best = $"The shim works and cgroups can be made below {root}: there is no stronger containment here.";
                return Describe(ContainmentStrength.CgroupAndReaper, best, root, [.. findings, CgroupFindings.Usable(root), shim, .. host]);
            }
        }

        if (findings.Count == 0)
        {
            findings.Add(CgroupFindings.None(settings.WithoutCgroups, user.IsPrivileged));
        }

        string? shimProblem = await TryRunAsync(null).ConfigureAwait(false);
        return shimProblem is null
            ? Describe(ContainmentStrength.Reaper, "No cgroup can be had: " + findings[0].Detail.TrimEnd('.') + ".", null, [.. findings, shim, .. host])
            : Describe(ContainmentStrength.BestEffort, "The shim cannot hold a tree here: " + shimProblem, null, [.. findings, Bad("failed", shimProblem, []), .. host]);
    }

    private static ContainmentAbility Describe(ContainmentStrength strength, string why, string? cgroupRoot, IReadOnlyList<EnvironmentFinding> findings) => new()
    {
        Strength = strength,
        Why = why,
        CgroupRoot = cgroupRoot,
        OpenExits = OpenExits.At(hasCgroup: cgroupRoot is not null, default),
        KeepProblem = KeepRules.FindProblem(),
        Findings = findings,
    };

    private static EnvironmentFinding Bad(string kind, string detail, IReadOnlyList<string> remedy) =>
        new() { Name = "shim", Kind = kind, IsGood = false, Detail = detail, Remedy = remedy };

    private EnvironmentFinding FindShim()
    {
        try
        {
            ShimImage image = platform.Image;
            return image.Directory is null
                ? new EnvironmentFinding { Name = "shim", Kind = "in-memory", IsGood = true, Detail = "starts from memory and holds a tree" }
                : Bad("in-file", $"starts from a nameless file below {image.Directory} and holds a tree as well: {string.Join("; ", image.Refusals)}", Remedies.ExecutableMemory);
        }
        catch (LaunchFailedException exception) when (exception.Stage == LaunchStage.Shim)
        {
            return Bad("refused", exception.Message, Remedies.ExecutableMemory);
        }
        catch (LaunchFailedException exception)
        {
            return new EnvironmentFinding { Name = "runtime-directory", Kind = "refused", IsGood = false, Detail = exception.Message, Remedy = Remedies.RuntimeDirectory };
        }
    }

    private async Task<string?> TryRunAsync(string? cgroupRoot)
    {
        try
        {
            string internalId = ProbeTraces.NewId();
            ContainmentSpec spec = new()
            {
                RunId = RunId.Parse("probe_" + internalId[^12..]),
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
