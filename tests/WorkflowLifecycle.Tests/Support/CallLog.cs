using System.Collections.Concurrent;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>What was called, in order, across the substitutes of a test.</summary>
internal sealed class CallLog
{
    public static readonly string[] Signals = ["SIGTERM", "SIGKILL"];

    private readonly ConcurrentQueue<string> _calls = new();

    public IReadOnlyList<string> Calls => [.. _calls];

    public void Add(string call) => _calls.Enqueue(call);

    public int Count(string call) => _calls.Count(made => made == call);

    public void AssertNothingSignalled() => Assert.DoesNotContain(_calls, call => Signals.Contains(call));

    /// <summary>Asserts that these calls were made, in this order; others may lie between.</summary>
    public void AssertOrder(params IEnumerable<string> expected)
    {
        Queue<string> rest = new(expected);
        foreach (string call in _calls)
        {
            if (rest.TryPeek(out string? next) && call.StartsWith(next, StringComparison.Ordinal))
            {
                rest.Dequeue();
            }
        }

        Assert.True(rest.Count == 0, $"'{rest.FirstOrDefault()}' is not in its place: {string.Join(" | ", _calls)}");
    }
}
