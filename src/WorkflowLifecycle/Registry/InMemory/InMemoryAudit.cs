using System.Text;

namespace WorkflowLifecycle.Registry;

/// <summary>The audit of the store in memory. Not thread-safe: the store locks.</summary>
internal sealed class InMemoryAudit
{
    private readonly SortedDictionary<string, List<AuditChainRow>> _chains = new(StringComparer.Ordinal);
    private readonly List<AuditChainRow> _rows = [];

    public IReadOnlyList<string> ChainIds => [.. _chains.Keys];

    /// <summary>The rows that these entries become. Nothing is appended yet: sealing may refuse one of them.</summary>
    public List<AuditChainRow> Seal(IReadOnlyList<AuditDraft> drafts)
    {
        Dictionary<string, AuditChainRow> heads = [];
        List<AuditChainRow> rows = [];
        foreach (AuditDraft draft in drafts)
        {
            // Chains are named as they are sealed: without unpaired surrogates.
            string chainId = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(draft.ChainId));
            AuditChainRow? head = heads.GetValueOrDefault(chainId) ?? Chain(chainId).LastOrDefault();
            AuditChainRow row = AuditChain.Seal(draft, (head?.Sequence ?? 0) + 1, head?.Hash ?? AuditChain.FirstPreviousHash);
            heads[chainId] = row;
            rows.Add(row);
        }

        return rows;
    }

    public void Append(List<AuditChainRow> rows)
    {
        foreach (AuditChainRow row in rows)
        {
            if (!_chains.TryGetValue(row.ChainId, out List<AuditChainRow>? chain))
            {
                _chains.Add(row.ChainId, chain = []);
            }

            chain.Add(row);
            _rows.Add(row);
        }
    }

    public IReadOnlyList<AuditEntry> Read(AuditQuery query) =>
    [
        .. _rows
            .Where(row => query.ChainId is null || row.ChainId == query.ChainId)
            .Select(AuditChain.Read)
            .Where(entry => (query.RunId is null || entry.RunId == query.RunId) && (query.KillId is null || entry.KillId == query.KillId))
            .Skip((int)Math.Min(query.Skip, int.MaxValue))
            .Take(query.Limit),
    ];

    public IReadOnlyList<AuditChainRow> ReadChain(string chainId, long afterSequence, int limit) =>
        [.. Chain(chainId).Skip((int)Math.Min(afterSequence, int.MaxValue)).Take(limit)];

    private List<AuditChainRow> Chain(string chainId) => _chains.GetValueOrDefault(chainId) ?? [];
}
