using System.Globalization;
using WorkflowLifecycle.Cleanup.Debts;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Health;

/// <summary>Looks at what somebody should know of.</summary>
internal sealed class LifecycleHealth(StoreStart start, DebtAlarm alarm, IRedactor redactor, TimeProvider timeProvider) : ILifecycleHealth
{
    public async Task<LifecycleHealthReport> ReadAsync(CancellationToken cancellationToken = default) =>
        new() { At = timeProvider.GetUtcNow(), Findings = await FindAsync(cancellationToken).ConfigureAwait(false) };

    private async Task<IReadOnlyList<HealthFinding>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
            return [.. (await alarm.ReadOverdueAsync(hostId: null, cancellationToken).ConfigureAwait(false)).Select(Overdue)];
        }
        catch (StoreUnavailableException exception)
        {
            return [new HealthFinding { Kind = HealthFindings.StoreUnavailable, Message = exception.Message }];
        }
    }

    // Whoever asks for health shows it, and logs it: reasons and names come from cleaners, which may have them from the program.
    private HealthFinding Overdue(CleanupDebt debt) => new()
    {
        Kind = HealthFindings.DebtOverdue,
        Message = string.Create(
            CultureInfo.InvariantCulture,
            $"{debt.Cleaner}: {redactor.NameOf(debt)} of run {debt.RunId} is not free after {debt.Attempts} retries: {redactor.RedactOrHide(debt.Reason)}. Free it by hand, or retry it: workflowctl debts --retry {debt.RunId}"),
        Since = debt.CreatedAt,
        RunId = debt.RunId,
        DebtId = debt.DebtId,
    };
}
