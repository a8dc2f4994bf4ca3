using System.Security.Claims;

namespace WorkflowLifecycle;

/// <summary>What runs that are over still owe: resources that could not be freed at their end. A host retries them by itself; here one can look, and ask for it now.</summary>
public interface ICleanupDebts
{
    /// <summary>Debts, oldest first, or the one due first where the query says by when they are due.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    Task<IReadOnlyList<CleanupDebt>> ListAsync(DebtQuery query, CancellationToken cancellationToken = default);

    /// <summary>
    /// Retries the open ones among these now, whether they are due or not: those on this machine whose cleaner this process has. It is audited.
    /// Who may ask is the caller's to decide. Asked for twice at once, also in two processes, each is retried once.
    /// </summary>
    /// <param name="query">Which ones.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends it: what was begun is written down as far as it came.</param>
    /// <returns>What became of each, in the order of the query.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be read or written.</exception>
    Task<IReadOnlyList<DebtRetry>> RetryAsync(DebtQuery query, ClaimsPrincipal actor, CancellationToken cancellationToken = default);
}
