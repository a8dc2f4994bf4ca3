using WorkflowLifecycle.Cli.Leaks;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Json;

/// <summary>What is left of one run.</summary>
internal sealed record LeakEntry
{
    public string? RunId { get; init; }

    public string? InternalId { get; init; }

    public required LeakVerdict Verdict { get; init; }

    public required string Why { get; init; }

    /// <summary>Whether --clean would do something about it.</summary>
    public bool CanClean { get; init; }

    public IReadOnlyList<LeakThingEntry> Things { get; init; } = [];

    /// <summary>What --clean freed; null when it was not asked to.</summary>
    public IReadOnlyList<string>? Cleaned { get; init; }

    public IReadOnlyList<string>? Remaining { get; init; }

    public static LeakEntry Of(Leak leak, TraceCleanup? cleanup) => new()
    {
        RunId = leak.RunId?.Value,
        InternalId = leak.Traces.InternalId,
        Verdict = leak.Verdict,
        Why = leak.Why,
        CanClean = leak.CanClean,
        Things = [.. leak.Traces.Things.Select(thing => new LeakThingEntry(thing.Kind, thing.Name, thing.Pid > 0 ? thing.Pid : null, thing.Signs, thing.MarkedRun?.Value))],
        Cleaned = cleanup?.Cleaned,
        Remaining = cleanup?.Remaining,
    };
}
