using System.Runtime.Versioning;

namespace WorkflowLifecycle.Processes.Linux.Launching;

/// <summary>Finds out which hardenings can be had, by hardening a launch of a program that is not there: all is done but its last step.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HardeningProbe(LinuxPlatform platform)
{
    private const string NoProgram = "/workflow-lifecycle-probe/no-such-program";

    private static readonly (Hardening Hardening, string Name)[] _all =
    [
        (Hardening.NoNewPrivileges, "no-new-privileges"),
        (Hardening.Landlock, "landlock"),
        (Hardening.PidNamespace, "pid-namespace"),
    ];

    public async Task<IReadOnlyList<EnvironmentFinding>> RunAsync(string? cgroupRoot, CancellationToken cancellationToken)
    {
        List<EnvironmentFinding> findings = [];
        foreach ((Hardening hardening, string name) in _all)
        {
            findings.Add(await TryAsync(hardening, "hardening-" + name, cgroupRoot, cancellationToken).ConfigureAwait(false));
        }

        return findings;
    }

    private async Task<EnvironmentFinding> TryAsync(Hardening hardening, string name, string? cgroupRoot, CancellationToken cancellationToken)
    {
        string internalId = Guid.NewGuid().ToString("N");
        ContainmentSpec spec = new()
        {
            RunId = RunId.Parse("probe_" + internalId[..12]),
            InternalId = internalId,
            Program = NoProgram,
            Arguments = [NoProgram],
            WorkingDirectory = "/",
            Environment = new Dictionary<string, string>(),
            Output = OutputMode.Discard,
            Hardening = hardening,
        };
        IReadOnlyList<string> open = [];
        try
        {
            IPreparedRun prepared = await platform.PrepareAsync(spec, cgroupRoot, cancellationToken).ConfigureAwait(false);
            await using (prepared.ConfigureAwait(false))
            {
                open = prepared.Containment.OpenExits;
                IHeldRun held = await prepared.GoAsync(cancellationToken).ConfigureAwait(false);
                await held.DisposeAsync().ConfigureAwait(false);
                throw new LaunchFailedException(LaunchStage.Hardening, $"{NoProgram} is there and ran. Remove it.", NoProgram);
            }
        }
        catch (LaunchFailedException failure) when (failure.Stage == LaunchStage.ProgramMissing)
        {
            return new EnvironmentFinding { Name = name, IsGood = true, Detail = "can be asked for; open with it: " + string.Join("; ", open) };
        }
        catch (Exception failure) when (failure is LaunchFailedException or IOException or UnauthorizedAccessException)
        {
            return new EnvironmentFinding { Name = name, IsGood = false, Detail = failure.Message, Remedy = ["docs/hardening.md says what each needs, closes and costs."] };
        }
    }
}
