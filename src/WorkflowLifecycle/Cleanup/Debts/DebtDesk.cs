using System.Security.Claims;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Registry;

namespace WorkflowLifecycle.Cleanup.Debts;

/// <summary>Lists debts, and retries those that somebody names.</summary>
internal sealed class DebtDesk(StoreStart start, IProcessStore store, DebtRetrier retrier, IOptions<WorkflowLifecycleOptions> options) : ICleanupDebts
{
    // A cleaner that waits must not keep the others; more at once would only fight for the disk.
    public const int AtOnce = 4;

    public async Task<IReadOnlyList<CleanupDebt>> ListAsync(DebtQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await store.ReadDebtsAsync(query, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DebtRetry>> RetryAsync(DebtQuery query, ClaimsPrincipal actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(actor);
        string subject = PrincipalSubject.Of(actor, options.Value.OwnerClaimType);
        IReadOnlyList<CleanupDebt> debts = await ListAsync(query with { IncludeSettled = false }, cancellationToken).ConfigureAwait(false);
        DebtRetry[] retries = new DebtRetry[debts.Count];
        await Parallel.ForAsync(
            0,
            debts.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (place, stop) => retries[place] = await retrier.RetryAsync(debts[place], subject, isAsked: true, stop).ConfigureAwait(false)).ConfigureAwait(false);
        return retries;
    }
}
