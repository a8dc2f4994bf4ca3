using System.Globalization;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.Diagnosis;

/// <summary>The platform's findings, and the store's.</summary>
internal sealed class EnvironmentDoctor(IContainmentPlatform platform, IProcessStore store, StoreStart start, KillSpool spool) : IEnvironmentDoctor
{
    private const int MostTold = 5;

    public async Task<EnvironmentReport> ExamineAsync(CancellationToken cancellationToken = default)
    {
        ContainmentAbility ability = await platform.ProbeAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<EnvironmentFinding> hardening = await platform.ProbeHardeningAsync(cancellationToken).ConfigureAwait(false);
        return new EnvironmentReport
        {
            Strength = ability.Strength,
            Why = ability.Why,
            OpenExits = ability.OpenExits,
            Findings = [.. ability.Findings, .. hardening, .. RuntimeDirectory(ability), await StoreAsync(cancellationToken).ConfigureAwait(false), .. Spool()],
        };
    }

    private IReadOnlyList<EnvironmentFinding> RuntimeDirectory(ContainmentAbility ability) => ability.Findings.Any(finding => finding.Name == "runtime-directory")
        ? []
        : [new() { Name = "runtime-directory", Kind = "usable", IsGood = true, Detail = $"run directories are made below {platform.RuntimeRoot}" }];

    private List<EnvironmentFinding> Spool()
    {
        SpoolContent content = spool.Read();
        List<EnvironmentFinding> findings = [];
        if (content.Damaged.Count > 0)
        {
            findings.Add(new EnvironmentFinding
            {
                Name = "spool",
                Kind = "damaged",
                IsGood = false,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{spool.Path} has {content.Damaged.Count} damaged entries, which are never merged: {string.Join("; ", content.Damaged.Take(MostTold))}"),
                Remedy = [$"Look at what they were about ('workflowctl audit'), and move the file aside when nobody waits for it: mv {spool.Path}/FILE /root"],
            });
        }

        findings.Add(content.Entries is [{ } oldest, ..]
            ? new EnvironmentFinding
            {
                Name = "spool",
                Kind = "pending",
                IsGood = false,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{spool.Path} holds {content.Entries.Count} entries that no store has taken yet, the oldest of {oldest.At:O}, for {string.Join(", ", KillSpool.StoresOf(content))}"),
                Remedy = ["Bring the store back: the next host or command on it merges them."],
            }
            : new EnvironmentFinding { Name = "spool", Kind = "empty", IsGood = true, Detail = $"{spool.Path} holds nothing that a store has not taken" });
        return findings;
    }

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
