using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Diagnosis;

/// <summary>The platform's findings, and the store's.</summary>
internal sealed class EnvironmentDoctor(IContainmentPlatform platform, IProcessStore store, StoreStart start) : IEnvironmentDoctor
{
    public async Task<EnvironmentReport> ExamineAsync(CancellationToken cancellationToken = default)
    {
        ContainmentAbility ability = await platform.ProbeAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<EnvironmentFinding> hardening = await platform.ProbeHardeningAsync(cancellationToken).ConfigureAwait(false);
        return new EnvironmentReport
        {
            Strength = ability.Strength,
            Why = ability.Why,
            OpenExits = ability.OpenExits,
            Findings = [.. ability.Findings, .. hardening, .. RuntimeDirectory(ability), await StoreAsync(cancellationToken).ConfigureAwait(false)],
        };
    }

    private IReadOnlyList<EnvironmentFinding> RuntimeDirectory(ContainmentAbility ability) => ability.Findings.Any(finding => finding.Name == "runtime-directory")
        ? []
        : [new() { Name = "runtime-directory", Kind = "usable", IsGood = true, Detail = $"run directories are made below {platform.RuntimeRoot}" }];

    private async Task<EnvironmentFinding> StoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
            return new EnvironmentFinding { Name = "store", IsGood = true, Detail = $"{store.Location} can be read and written" };
        }
        catch (StoreUnavailableException exception)
        {
            return new EnvironmentFinding { Name = "store", IsGood = false, Detail = exception.Message, Remedy = ["Correct the cause, or name another store (--store FILE)."] };
        }
    }
}
