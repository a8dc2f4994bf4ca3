using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>Rows and identities as a launch would have made them.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static ProcessIdentity Host { get; } = Process(100);

    public static EndNotice Proven { get; } = new() { Proof = EndProof.CgroupAndReaperEmpty, ForcedKills = 2, Cause = EndCause.Kill, Exit = new ExitNotice(null, 9) };

    public static EndNotice Left { get; } = new() { Proof = EndProof.CgroupAndReaperEmpty, Cause = EndCause.ByItself, Exit = new ExitNotice(0, null) };

    public static ProcessListing Tree { get; } = new([Snapshot(200, "agent"), Snapshot(201, "git")], Truncated: false);

    public static ProcessIdentity Process(int pid) => new() { HostId = "machine", BootId = "boot", PidNamespace = 4, Pid = pid, StartTicks = 1000 };

    public static ProcessSnapshot Snapshot(int pid, string name) => new() { Pid = pid, Name = name, StartTicks = 1000, CommandLine = name };

    public static KillRecord OpenKill(RunRecord run, KillMode mode = KillMode.Graceful) => new()
    {
        KillId = KillId.New(TimeProvider.System),
        RunId = run.RunId,
        State = KillState.IntentWritten,
        Mode = mode,
        Reason = "theirs",
        RequestedBy = "os:1000",
        Door = "cli",
        TerminateCeiling = TimeSpan.FromSeconds(10),
        RequestedAt = Start,
    };

    public static RunRecord Run(string id, string runDirectory = "/nowhere") => new()
    {
        RunId = RunId.Parse(id),
        InternalId = "0123456789abcdef0123456789abcdef",
        State = RunState.Running,
        LaunchedBy = "host:executor",
        HostUser = "os:1000",
        Program = "/bin/agent",
        WorkingDirectory = "/",
        Host = Host,
        Root = Process(200),
        Containment = new ContainmentRecord { Strength = ContainmentStrength.CgroupAndReaper, RunDirectory = runDirectory, Shim = Process(150) },
        CreatedAt = Start,
        StartedAt = Start,
    };
}
