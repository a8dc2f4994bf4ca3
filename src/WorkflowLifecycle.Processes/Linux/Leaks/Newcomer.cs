using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>A process in no run that is there at the end of one.</summary>
/// <param name="Key">Who it is.</param>
/// <param name="Why">What speaks for the run, or for one that nobody here knows; null when it merely came since.</param>
/// <param name="IsOfTheRun">Whether that speaks for the run itself.</param>
internal sealed record Newcomer(ProcessKey Key, string? Why, bool IsOfTheRun)
{
    public bool IsThere() => ProcessReader.TryReadStat(Key.Pid, out ProcStat stat) && stat.StartTicks == Key.StartTicks && stat.State is not ('Z' or 'X');
}
