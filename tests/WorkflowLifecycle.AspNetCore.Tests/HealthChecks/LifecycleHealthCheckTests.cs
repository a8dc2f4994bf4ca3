using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit;

namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>What the check makes of findings, and of an engine that does not answer.</summary>
public sealed class LifecycleHealthCheckTests
{
    private const int Limit = 30_000;

    private static async Task<HealthReportEntry> CheckAsync(ILifecycleHealth health, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ServiceCollection services = new();
        services.AddLogging().AddSingleton(health).AddHealthChecks().AddWorkflowLifecycle("mine", timeout: timeout);
        await using ServiceProvider provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken)).Entries["mine"];
    }

    [Fact(Timeout = Limit)]
    public async Task Check_WithManyFindings_CarriesTheOldestTwentyAndTheirNumber()
    {
        HealthReportEntry entry = await CheckAsync(new FixedHealth([.. Enumerable.Range(0, 300).Select(static number => Finding(HealthFindings.DebtOverdue, number))]), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("300 findings; the first: finding 0", entry.Description);
        Assert.Equal(300, entry.Data["count"]);
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => string.Create(CultureInfo.InvariantCulture, $"finding {number}")),
            Assert.IsType<HealthFinding[]>(entry.Data["findings"]).Select(static finding => finding.Message));
    }

    [Fact(Timeout = Limit)]
    public async Task Check_WithAFindingOfANewerVersion_IsDegraded() =>
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(new FixedHealth([Finding("of-a-newer-version", 1)]), cancellationToken: TestContext.Current.CancellationToken)).Status);

    [Fact(Timeout = Limit)]
    public async Task Check_WithAStoreAmongTheFindings_HasFailed() =>
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(new FixedHealth([Finding(HealthFindings.DebtOverdue, 1), Finding(HealthFindings.StoreUnavailable, 2)]), cancellationToken: TestContext.Current.CancellationToken)).Status);

    [Fact(Timeout = Limit)]
    public async Task Check_OfAnEngineThatNeverAnswersAndHearsNoToken_HasFailedInTime()
    {
        HealthReportEntry entry = await CheckAsync(new FixedHealth(null), TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.InRange(entry.Duration, TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(10));
    }

    [Fact(Timeout = Limit)]
    public async Task Check_OfACallerWhoLeaves_EndsWithHim()
    {
        using CancellationTokenSource leaving = new(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CheckAsync(new FixedHealth(null), cancellationToken: leaving.Token));
    }

    private static HealthFinding Finding(string kind, int number) => new() { Kind = kind, Message = string.Create(CultureInfo.InvariantCulture, $"finding {number}") };
}
