using System.Globalization;

namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Shutdown phases of a kill in words.</summary>
internal static class PhaseWords
{
    // Of it the steps tell more.
    private const string Terminate = "terminate";

    /// <summary>Those that had something to do, or went wrong; empty when none did.</summary>
    public static string Of(IEnumerable<PhaseReport> phases) => string.Join("; ", phases.Where(IsTold).Select(Of));

    private static bool IsTold(PhaseReport phase) =>
        phase.Outcome != PhaseOutcome.NothingInFlight && (phase.Name != Terminate || phase.Outcome != PhaseOutcome.Finished);

    private static string Of(PhaseReport phase)
    {
        string waited = phase.WaitedFor.Count == 0 ? string.Empty : $" ({string.Join("; ", Merge(phase.WaitedFor).Select(Of))})";
        return $"{phase.Name} {phase.Outcome}{waited}{(phase.Message is null ? string.Empty : ": " + phase.Message)}";
    }

    private static string Of(AwaitedWork work)
    {
        string pid = work.Pid is { } number ? $", PID {number.ToString(CultureInfo.InvariantCulture)}" : string.Empty;
        return $"{(work.IsDone ? "waited" : "not done after")} {Words.Milliseconds(work.DurationMs)} for {work.Description}{pid}";
    }

    // Whose work it is is not seen in every look; it is the same work all the same.
    private static IEnumerable<AwaitedWork> Merge(IReadOnlyList<AwaitedWork> waitedFor)
    {
        ILookup<string, int> pids = waitedFor.Where(work => work.Pid is not null).ToLookup(work => work.Description, work => work.Pid!.Value);
        return waitedFor
            .GroupBy(work => (work.Description, Pid: work.Pid ?? (pids[work.Description].Distinct().Take(2).ToArray() is [var only] ? only : null)))
            .Select(same => new AwaitedWork(same.Key.Description, same.Key.Pid, same.Sum(work => work.DurationMs), same.All(work => work.IsDone)));
    }
}
