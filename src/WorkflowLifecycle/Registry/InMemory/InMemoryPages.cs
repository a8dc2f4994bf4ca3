using System.Globalization;
using System.Security.Cryptography;

namespace WorkflowLifecycle.Registry;

/// <summary>Pages of rows in the order of a time, for the store in memory. Rows of the same time are in the order of their numbers.</summary>
internal sealed class InMemoryPages
{
    private readonly string _store = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    /// <exception cref="ArgumentException">The cursor is not one of this store's.</exception>
    public (IReadOnlyList<T> Rows, string? Next) Take<T>(
        IEnumerable<(T Row, DateTimeOffset Time, long Number)> rows, DateTimeOffset? from, DateTimeOffset? before, string? cursor, int limit)
    {
        (DateTimeOffset Time, long Number)? after = cursor is null ? null : Read(cursor);
        List<(T Row, DateTimeOffset Time, long Number)> found =
        [
            .. rows
                .Where(row => (from is not { } first || row.Time >= first) && (before is not { } end || row.Time < end))
                .Where(row => after is not { } place || (row.Time, row.Number).CompareTo(place) > 0)
                .Take(limit + 1),
        ];
        string? next = found.Count > limit
            ? string.Create(CultureInfo.InvariantCulture, $"{_store}.{found[limit - 1].Time.UtcTicks}.{found[limit - 1].Number}")
            : null;
        return ([.. found.Take(limit).Select(row => row.Row)], next);
    }

    private (DateTimeOffset Time, long Number) Read(string cursor)
    {
        string[] parts = cursor.Split('.');
        return parts.Length == 3 && parts[0] == _store
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), number)
            : throw new ArgumentException(
                "The cursor is not one of this store's. Pass the cursor of a page as it came, or none for the first page.", nameof(cursor));
    }
}
