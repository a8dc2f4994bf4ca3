namespace WorkflowLifecycle.Processes.Linux.Spooling;

/// <summary>The entries of one lane as a chain: what is whole, what is not, and where the next one goes.</summary>
internal sealed class LaneChain
{
    private readonly IReadOnlyList<SpoolSlot> _slots;
    private readonly SpoolSlot[] _linked;

    private LaneChain(IReadOnlyList<SpoolSlot> slots, SpoolSlot[] linked, IReadOnlyList<SpoolSlot> live, IReadOnlyList<string> damaged)
    {
        _slots = slots;
        _linked = linked;
        Live = live;
        Damaged = damaged;
    }

    /// <summary>Entries that are whole and not settled, in order.</summary>
    public IReadOnlyList<SpoolSlot> Live { get; }

    public IReadOnlyList<string> Damaged { get; }

    public long NextSequence => _linked.Length == 0 ? 1 : _linked[^1].Sequence + 1;

    public byte[] LastHash => _linked.Length == 0 ? SpoolSlot.Origin : _linked[^1].Hash;

    /// <summary>A free place, or the oldest entry's where that is settled: what is younger is never overtaken, so a gap always tells. -1 when it is full.</summary>
    public int NextIndex =>
        _slots.FirstOrDefault(slot => slot.Kind == SlotKind.Free)?.Index
        ?? (_linked is [{ Kind: SlotKind.Settled } oldest, ..] ? oldest.Index : -1);

    public static LaneChain Read(string file, IReadOnlyList<SpoolSlot> slots)
    {
        List<string> damaged = [.. slots.Where(slot => slot.Kind == SlotKind.Damaged).Select(slot => $"{file}, place {slot.Index}: not an entry as it was written (torn or altered)")];
        SpoolSlot[] linked = [.. slots.Where(slot => slot.Kind is SlotKind.Live or SlotKind.Settled).OrderBy(slot => slot.Sequence)];
        HashSet<SpoolSlot> altered = [];

        // A place that is torn has a number of its own, which it does not tell any more.
        int torn = damaged.Count;
        for (int i = linked.Length - 1; i > 0; i--)
        {
            // From the youngest backwards: what an altered entry says of the one before it is nobody's word.
            (SpoolSlot before, SpoolSlot next) = (linked[i - 1], linked[i]);
            long missing = next.Sequence - before.Sequence - 1;
            if (missing < 0 || (missing == 0 && !altered.Contains(next) && !next.Previous.AsSpan().SequenceEqual(before.Hash)))
            {
                altered.Add(before);
                damaged.Add($"{file}, place {before.Index}: entry {before.Sequence} is not the one that entry {next.Sequence} was written after");
            }
            else if (missing > torn)
            {
                damaged.Add($"{file}: {missing - torn} of the entries between {before.Sequence} and {next.Sequence} are missing");
            }

            torn -= (int)Math.Clamp(missing, 0, torn);
        }

        return new LaneChain(slots, linked, [.. linked.Where(slot => slot.Kind == SlotKind.Live && !altered.Contains(slot))], damaged);
    }
}
