using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>Tells of debts that are open for too long, of each once an hour at most.</summary>
internal sealed class DebtAlarm(IProcessStore store, IOptions<WorkflowLifecycleOptions> options, IRedactor redactor, TimeProvider timeProvider, ILogger<DebtAlarm> logger)
{
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    private readonly Dictionary<string, DateTimeOffset> _told = new(StringComparer.Ordinal);

    /// <summary>The debts that are open for longer than the setting, oldest first; of all machines where none is named.</summary>
    public ValueTask<IReadOnlyList<CleanupDebt>> ReadOverdueAsync(string? hostId, CancellationToken cancellationToken) =>
        store.ReadDebtsAsync(new DebtQuery { HostId = hostId, CreatedBefore = timeProvider.GetUtcNow() - options.Value.DebtAlarmAge }, cancellationToken);

    /// <summary>Tells of those that are overdue. For one caller at a time.</summary>
    public async Task RaiseAsync(string hostId, CancellationToken cancellationToken)
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        IReadOnlyList<CleanupDebt> overdue = await ReadOverdueAsync(hostId, cancellationToken).ConfigureAwait(false);
        HashSet<string> ids = [.. overdue.Select(debt => debt.DebtId)];
        foreach (string settled in _told.Keys.Where(told => !ids.Contains(told)).ToArray())
        {
            _told.Remove(settled);
        }

        foreach (CleanupDebt debt in overdue.Where(debt => !_told.TryGetValue(debt.DebtId, out DateTimeOffset last) || now - last >= Silence))
        {
            _told[debt.DebtId] = now;
            Log.DebtOverdue(logger, debt.DebtId, debt.RunId, debt.Cleaner, redactor.NameOf(debt), now - debt.CreatedAt, debt.Attempts, debt.Reason);
        }
    }
}
