using System.Collections.Concurrent;

namespace WorkflowLifecycle.EndToEnd.Tests.Soak;

/// <summary>What happened in a soak, by kind.</summary>
internal sealed class ChaosCounts
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>What no host should ever have said.</summary>
    public ConcurrentQueue<string> Odd { get; } = new();

    public int this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what) => _counts.AddOrUpdate(what, 1, static (_, before) => before + 1);

    public override string ToString() => string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));
}
