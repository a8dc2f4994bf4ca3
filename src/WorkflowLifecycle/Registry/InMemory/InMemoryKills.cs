namespace WorkflowLifecycle.Registry;

/// <summary>The kills of the store in memory. Not thread-safe: the store locks.</summary>
internal sealed class InMemoryKills
{
    private readonly Dictionary<RunId, List<KillId>> _byRun = [];
    private readonly Dictionary<KillId, long> _numbers = [];
    private readonly Dictionary<KillId, KillRecord> _rows = [];
    private long _last;

    public KillRecord? Find(KillId killId) => _rows.GetValueOrDefault(killId);

    public KillRecord? FindByKey(RunId runId, string idempotencyKey) =>
        OfRun(runId).FirstOrDefault(kill => kill.IdempotencyKey == idempotencyKey);

    /// <summary>The row that stands in the way of this one; null when none does. A kill by the same id or key is the same kill, so it comes first.</summary>
    /// <param name="kill">The row to be written.</param>
    /// <param name="adding">Whether it is new.</param>
    /// <param name="closing">A kill that the same commit closes; null if none.</param>
    public KillRecord? FindInTheWay(KillRecord kill, bool adding, KillRecord? closing = null) =>
        (adding ? Find(kill.KillId) : null)
        ?? (kill.IdempotencyKey is { } key && FindByKey(kill.RunId, key) is { } same && same.KillId != kill.KillId ? same : null)
        ?? (kill.IsOpen
            ? OfRun(kill.RunId).Select(row => row.KillId == closing?.KillId ? closing : row)
                .FirstOrDefault(row => row.IsOpen && row.KillId != kill.KillId)
            : null);

    public KillRecord Write(KillRecord kill)
    {
        KillRecord written = kill with
        {
            Version = kill.Version + 1,
            RequestedAt = kill.RequestedAt.ToUniversalTime(),
            CompletedAt = kill.CompletedAt?.ToUniversalTime(),
        };
        if (!_rows.ContainsKey(kill.KillId))
        {
            if (!_byRun.TryGetValue(kill.RunId, out List<KillId>? kills))
            {
                _byRun.Add(kill.RunId, kills = []);
            }

            kills.Add(kill.KillId);
            _numbers.Add(kill.KillId, ++_last);
        }

        _rows[kill.KillId] = written;
        return written;
    }

    /// <summary>All of them, by when they were asked for, with their numbers.</summary>
    public IEnumerable<(KillRecord Kill, long Number)> InOrder() =>
        _numbers.Select(row => (Kill: _rows[row.Key], Number: row.Value)).OrderBy(row => row.Kill.RequestedAt).ThenBy(row => row.Number);

    public bool HasOpen(RunId runId) => OfRun(runId).Any(kill => kill.IsOpen);

    public void RemoveOf(RunId runId)
    {
        if (_byRun.Remove(runId, out List<KillId>? kills))
        {
            foreach (KillId kill in kills)
            {
                _rows.Remove(kill);
                _numbers.Remove(kill);
            }
        }
    }

    private IEnumerable<KillRecord> OfRun(RunId runId) =>
        _byRun.TryGetValue(runId, out List<KillId>? kills) ? kills.Select(kill => _rows[kill]) : [];
}
