namespace WorkflowLifecycle.AspNetCore.Tests.HealthChecks;

/// <summary>Says what it was given; where that is nothing, it never answers and hears no token.</summary>
internal sealed class FixedHealth(IReadOnlyList<HealthFinding>? findings) : ILifecycleHealth
{
    private readonly TaskCompletionSource<LifecycleHealthReport> _never = new();

    public Task<LifecycleHealthReport> ReadAsync(CancellationToken cancellationToken = default) =>
        findings is null ? _never.Task : Task.FromResult(new LifecycleHealthReport { At = TimeProvider.System.GetUtcNow(), Findings = findings });
}
