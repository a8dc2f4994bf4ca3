using System.Globalization;
using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Adopting;
using WorkflowLifecycle.Processes.Linux.Cleaning;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Leaks;

/// <summary>
/// Looks for processes that may have come out of a run: by its mark, by its sessions, or as part of a run that nobody here knows. None of these proves
/// anything: everybody can export a variable, and a session is inherited by whoever a stranger starts in it. They are told, and left alone.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class NewcomerSearch
{
    private const int Kernel = 2;

    private readonly RunRecord _run;
    private readonly ProcessTable _table;
    private readonly LiveRuns _live;
    private readonly uint _user = Libc.EffectiveUserId();
    private readonly Dictionary<int, ulong> _processes;

    /// <param name="context">The end.</param>
    /// <param name="table">All processes now.</param>
    /// <param name="live">The runs that live.</param>
    public NewcomerSearch(CleanupContext context, ProcessTable table, LiveRuns live)
    {
        _run = context.Run;
        _table = table;
        _live = live;
        _processes = context.Processes.DistinctBy(process => process.Pid).ToDictionary(process => process.Pid, process => process.StartTicks);
        if (_run.Root is { } root)
        {
            _processes[root.Pid] = root.StartTicks;
        }
    }

    /// <summary>All of them, or those that were found when the time was up.</summary>
    public IEnumerable<Newcomer> Find(Func<bool> isTimeUp)
    {
        // Threads of the kernel come and go all the time. In a container the number is anybody's.
        int kernel = _table.Stats.TryGetValue(Kernel, out ProcStat second) && second is { Name: "kthreadd", ParentPid: 0 } ? Kernel : 0;
        foreach (ProcStat stat in _table.Stats.Values.Where(stat => stat.State is not ('Z' or 'X') && stat.Pid != Environment.ProcessId && (kernel == 0 || stat.ParentPid != kernel)))
        {
            if (isTimeUp())
            {
                yield break;
            }

            RunId? mark = TrackedTrees.MarkOf(stat.Pid);
            if (mark == _run.RunId)
            {
                string holder = _live.HolderOf(stat.Pid, _table) is { } held ? $"; it is held by {held}" : string.Empty;
                yield return new Newcomer(ProcessKey.Of(stat), "the run's mark is in its environment, which by itself does not make it the run's" + holder, IsOfTheRun: true);
            }
            else if (CameSince(stat))
            {
                string? ofTheRun = WhyOfTheRun(stat);
                string? why = ofTheRun ?? WhyOfAnUnknownRun(stat.Pid, mark);
                if (why is null || _live.HolderOf(stat.Pid, _table) is null)
                {
                    yield return new Newcomer(ProcessKey.Of(stat), why, ofTheRun is not null);
                }
            }
        }
    }

    // The program's own start, and not the launch: whoever ends the run has it in the row, also in another process.
    private bool CameSince(in ProcStat stat) =>
        _run.Root is { } root && stat.StartTicks >= root.StartTicks && FileFacts.Of(string.Create(CultureInfo.InvariantCulture, $"/proc/{stat.Pid}"))?.OwnerId == _user;

    // The kernel gives a session's number to nobody else as long as somebody is in the session.
    private string? WhyOfTheRun(in ProcStat stat) => _processes.TryGetValue(stat.Session, out ulong started) && stat.StartTicks >= started
        ? string.Create(CultureInfo.InvariantCulture, $"it came since, in the session {stat.Session} that a process of the run began; its parent is PID {stat.ParentPid}. That by itself does not make it the run's")
        : null;

    private string? WhyOfAnUnknownRun(int pid, RunId? mark) =>
        mark is { } named && !_live.Names(named) ? $"it came since, and its environment names {named}, of which there is no run directory here"
        : ShimProgram.TitleOf(pid) is { } titled && titled != _run.RunId && !_live.Names(titled) && ShimProgram.IsExecutedBy(pid) ? $"it came since, and is the shim of {titled}, of which there is no run directory here"
        : null;
}
