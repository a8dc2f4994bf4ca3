using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>Decides whose something is. In doubt it is somebody's: only a row that is over, or the proof that no store can have one, makes a leak.</summary>
internal static class LeakJudge
{
    // Between the row of an end and the end of its cleaning.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);

    /// <summary>Judges.</summary>
    /// <param name="traces">What was found.</param>
    /// <param name="row">The row of that run, where a store has one.</param>
    /// <param name="closed">A store that could not be opened, and so may know the run; null when all could.</param>
    /// <param name="own">What could be seen of the store that the run's directory names.</param>
    /// <param name="now">The time.</param>
    public static Leak Judge(RunTraces traces, KnownRow? row, string? closed, StoreSight own, DateTimeOffset now)
    {
        RunId? run = row?.Run.RunId ?? traces.Remains?.RunId ?? traces.Things.Select(thing => thing.MarkedRun).FirstOrDefault(mark => mark is not null);
        Leak leak = new() { Traces = traces, Row = row, RunId = run, Verdict = LeakVerdict.Unknown, Why = string.Empty };
        if (row is not null && !row.Run.State.IsFinal)
        {
            return leak with { Verdict = LeakVerdict.Live, Why = $"its row says {row.Run.State}" };
        }

        if (row?.Run.EndedAt is { } ended && now - ended < Settling)
        {
            return leak with { Verdict = LeakVerdict.Live, Why = "it ended a moment ago" };
        }

        return WhyUnknown(traces, row, closed, own) is { } doubt
            ? leak with { Why = doubt }
            : leak with
            {
                Verdict = traces.Things.Any(thing => thing.Kind == TraceKind.Process) ? LeakVerdict.Stray : LeakVerdict.Leftover,
                Why = row is not null ? $"its row says {row.Run.State}" : own == StoreSight.Opened ? "its store has no row of it" : "its store is gone, and so is the process that launched it",
            };
    }

    private static string? WhyUnknown(RunTraces traces, KnownRow? row, string? closed, StoreSight own) =>
        traces.InternalId is null ? "a single sign: neither a cgroup nor a run directory of ours says so too"
        : traces.HoldsIntent ? "it holds the intent of a kill that no store has taken yet"
        : row is { Run.Proof: EndProof.None } && traces.Host != ProcessPresence.OtherBoot ? $"its row says {row.Run.State}, and nothing proves that its tree is gone"
        : row is not null ? null
        : closed is not null ? $"{closed} can't be opened, and may know it"
        : traces.Remains is null ? "no run directory of ours says whose it is: another runtime directory may"
        : traces.Host is not (ProcessPresence.Gone or ProcessPresence.OtherBoot) ? traces.Host == ProcessPresence.Present ? "the process that launched it lives" : "whether the process that launched it lives can't be told"
        : own switch
        {
            StoreSight.NotSaid => "its run directory does not say in which store its row is",
            StoreSight.Missing => $"its store {traces.Remains.Store} is not there: it may have been moved, or its file system is not mounted. If it is gone for good: --store-gone {traces.Remains.Store}",
            StoreSight.Closed => "the store that its run directory names can't be opened",
            _ => null,
        };
}
