using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>What says to be of one run, and what is thought of it.</summary>
internal sealed record Leak
{
    public required RunTraces Traces { get; init; }

    public required LeakVerdict Verdict { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Why { get; init; }

    /// <summary>The run, as far as it is known.</summary>
    public RunId? RunId { get; init; }

    /// <summary>Its row, where a store has one.</summary>
    public KnownRow? Row { get; init; }

    public bool CanClean => Verdict is LeakVerdict.Leftover or LeakVerdict.Stray && RunId is not null
        && Traces.Things.Any(thing => thing.Kind != TraceKind.TempDirectory);
}
