using System.Globalization;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.SystemV;

/// <summary>A System V object, as the kernel lists it.</summary>
internal sealed record SystemVObject
{
    public required SystemVKind Kind { get; init; }

    /// <summary>The kernel counts up in it: an id that was removed comes back only after many others.</summary>
    public required int Id { get; init; }

    /// <summary>0 = private: only who knows the id reaches it.</summary>
    public required int Key { get; init; }

    public required uint CreatorId { get; init; }

    /// <summary>When it was made, or changed since (seconds).</summary>
    public required long Changed { get; init; }

    /// <summary>Who made it; 0 where the kernel does not keep that.</summary>
    public int Creator { get; init; }

    /// <summary>Who used it last, by number: attached or detached, changed each semaphore, sent, received.</summary>
    public IReadOnlyList<int> LastUsers { get; init; } = [];

    public long Attached { get; init; }

    /// <summary>True where the stamp is surely not that of its making: it was attached or detached before. Only a call that changes an object stamps it again.</summary>
    public bool IsStampedAgain { get; init; }

    public DateTimeOffset ChangedAt => DateTimeOffset.FromUnixTimeSeconds(Changed);

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Word} {Id} (key 0x{Key:x8})");

    /// <summary>What is kept of it in rows and debts.</summary>
    public Dictionary<string, string> Details => new(StringComparer.Ordinal)
    {
        ["kind"] = Kind.ToString(),
        ["id"] = Id.ToString(CultureInfo.InvariantCulture),
        ["key"] = Key.ToString(CultureInfo.InvariantCulture),
        ["changed"] = Changed.ToString(CultureInfo.InvariantCulture),
        ["creator"] = Creator.ToString(CultureInfo.InvariantCulture),
    };

    private string Word => Kind switch
    {
        SystemVKind.Segment => "segment",
        SystemVKind.Semaphores => "semaphores",
        _ => "message queue",
    };

    /// <summary>Whether it is the object that was noted. Semaphores change their time with each reset, so that theirs may have moved on.</summary>
    public bool IsThat(IReadOnlyDictionary<string, string> noted)
    {
        Dictionary<string, string> own = Details;
        return own.All(detail => detail.Key == "changed" && Kind == SystemVKind.Semaphores
            ? long.TryParse(noted.GetValueOrDefault(detail.Key), NumberStyles.None, CultureInfo.InvariantCulture, out long before) && before <= Changed
            : noted.GetValueOrDefault(detail.Key) == detail.Value);
    }
}
