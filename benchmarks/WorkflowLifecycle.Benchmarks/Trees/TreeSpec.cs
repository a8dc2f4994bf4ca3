using System.Globalization;

namespace WorkflowLifecycle.Benchmarks.Trees;

/// <summary>A tree to be made: its kind, how many processes, and the mark that each of them carries as its name.</summary>
internal sealed record TreeSpec
{
    private static int _number;

    public required TreeKind Kind { get; init; }

    /// <summary>Processes, the root included.</summary>
    public required int Count { get; init; }

    /// <summary>The name of every process of the tree, unique on this machine while the benchmark runs. At most 15 characters.</summary>
    public string Mark { get; } = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId:x}-{Interlocked.Increment(ref _number):x}");

    /// <summary>The file that appears once the tree stands.</summary>
    public required string ReadyFile { get; init; }

    /// <summary>For walkers: the file through which they leave.</summary>
    public string? Elsewhere { get; init; }

    public IReadOnlyList<string> Arguments =>
    [
        Kind == TreeKind.HeldOutput ? "daemons" : Kind.ToString().ToLowerInvariant(),
        Count.ToString(CultureInfo.InvariantCulture), Mark, ReadyFile, .. Elsewhere is null ? Array.Empty<string>() : [Elsewhere],
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} x {Count}");
}
