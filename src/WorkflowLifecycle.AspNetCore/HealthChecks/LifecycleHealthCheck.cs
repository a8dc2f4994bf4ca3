using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowLifecycle.AspNetCore.HealthChecks;

/// <summary>Makes a status of what the engine finds.</summary>
internal sealed class LifecycleHealthCheck(ILifecycleHealth health) : IHealthCheck
{
    // A machine with hundreds of debts has one problem, not hundreds, and every probe would carry them.
    private const int MostFindings = 20;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);

        // A store on a disk that hangs hears no token: the probe is answered all the same.
        LifecycleHealthReport report = await health.ReadAsync(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, object> data = new(StringComparer.Ordinal)
        {
            ["at"] = report.At,
            ["count"] = report.Findings.Count,
            ["findings"] = report.Findings.Take(MostFindings).ToArray(),
        };
        Add(data, "store", report.Store);
        Add(data, "spool", report.Spool is { } spool ? spool with { Damaged = [.. spool.Damaged.Take(MostFindings)] } : null);
        Add(data, "debts", report.Debts);
        Add(data, "strength", report.Strength);
        data["unconfirmedKills"] = report.UnconfirmedKills.Take(MostFindings).ToArray();
        HealthFinding? failure = report.Findings.FirstOrDefault(finding => finding.Kind == HealthFindings.StoreUnavailable)
            ?? report.Findings.FirstOrDefault(finding => finding.Kind == HealthFindings.KillUnconfirmed);
        return failure is not null ? new HealthCheckResult(context.Registration.FailureStatus, failure.Message, exception: null, data)
            : report.IsHealthy ? HealthCheckResult.Healthy("Nothing is to be done.", data)
            : HealthCheckResult.Degraded(Describe(report.Findings), exception: null, data);
    }

    private static void Add(Dictionary<string, object> data, string name, object? part)
    {
        if (part is not null)
        {
            data[name] = part;
        }
    }

    private static string Describe(IReadOnlyList<HealthFinding> findings) => findings.Count == 1
        ? findings[0].Message
        : string.Create(CultureInfo.InvariantCulture, $"{findings.Count} findings; the first: {findings[0].Message}");
}
