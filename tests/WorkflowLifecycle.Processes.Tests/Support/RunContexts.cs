using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.Support;

/// <summary>A run as a cleaner is told of it: a row, and who was there before the end.</summary>
internal sealed class RunContexts
{
    public RunContexts(DateTimeOffset created) => Row = new RunRecord
    {
        RunId = RunId.Parse("run_0123456789ab"),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Running,
        LaunchedBy = "host:test",
        HostUser = LinuxUser.Current.Subject,
        Program = "/usr/bin/python3",
        WorkingDirectory = "/",
        Host = Machine.Read().Identify(Environment.ProcessId)!,
        CreatedAt = created,
    };

    public RunRecord Row { get; init; }

    /// <summary>The look before the first signal of a graceful kill.</summary>
    public CleanupContext Before(params IEnumerable<int> pids) => new()
    {
        Run = Row,
        Moment = CleanupMoment.BeforeEnd,
        Mode = KillMode.Graceful,
        Processes = [.. pids.Select(Snapshot)],
    };

    /// <summary>A look while the run goes on.</summary>
    public CleanupContext Running(IReadOnlyList<RunResource> known, params IEnumerable<int> pids) =>
        Before(pids) with { Moment = CleanupMoment.WhileRunning, Mode = null, Known = known };

    /// <summary>The look in the first instants of an emergency.</summary>
    public CleanupContext Emergency(IReadOnlyList<RunResource> known, params IEnumerable<int> pids) =>
        Before(pids) with { Mode = KillMode.Emergency, Known = known };

    /// <summary>After the proof of the end.</summary>
    public CleanupContext After(IReadOnlyList<RunResource> known, params IReadOnlyList<ProcessSnapshot> processes) => new()
    {
        Run = Row with { EndedAt = TimeProvider.System.GetUtcNow() },
        Moment = CleanupMoment.AfterEnd,
        Mode = known.Count > 0 ? KillMode.Graceful : KillMode.Emergency,
        Known = known,
        Processes = processes,
    };

    public static ProcessSnapshot Snapshot(int pid) =>
        ProcessReader.TryReadStat(pid, out ProcStat stat)
            ? new ProcessSnapshot { Pid = pid, StartTicks = stat.StartTicks, Name = stat.Name, BelongsBecause = "cgroup" }
            : throw new InvalidOperationException($"There is no process {pid}.");
}
