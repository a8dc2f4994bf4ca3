namespace WorkflowLifecycle;

/// <summary>
/// The rows of a store's audit chains as they lie, for <see cref="AuditChain.Verify"/>. Implemented by every <see cref="IProcessStore"/>
/// beside it. Rows carry the salts: hand them to a verifier, not to a reader.
/// </summary>
public interface IAuditChainSource
{
    /// <summary>The chains of the store, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ReadChainIdsAsync(CancellationToken cancellationToken = default);

    /// <summary>Up to <paramref name="limit"/> rows of a chain after a place in it, in order. 0 starts with the first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place is below 0, or the limit not 1 to <see cref="AuditQuery.MaximumLimit"/>.</exception>
    ValueTask<IReadOnlyList<AuditChainRow>> ReadChainAsync(
        string chainId, long afterSequence, int limit, CancellationToken cancellationToken = default);
}
