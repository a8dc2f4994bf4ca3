namespace WorkflowLifecycle.Cli.Tests.Harness;

/// <summary>Records to show.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static RunId Id { get; } = RunId.Parse("run_5fbae44ab6f0");

    public static RunRecord Run(RunId? runId = null) => new()
    {
        RunId = runId ?? Id,
        InternalId = new string('a', 32),
        State = RunState.Running,
        Workflow = "builder",
        LaunchedBy = "os:1000",
        Program = "/bin/sleep",
        Arguments = ["60"],
        WorkingDirectory = "/",
        Host = Identity(4000),
        Root = Identity(4321),
        Containment = new ContainmentRecord { Strength = ContainmentStrength.CgroupAndReaper, RunDirectory = "/nonexistent/run", Shim = Identity(4320) },
        CreatedAt = Start,
        StartedAt = Start.AddSeconds(1),
    };

    public static RunRecord Over(int? exitCode = 3) => Run() with
    {
        State = RunState.Exited,
        ExitCode = exitCode,
        EndedAt = Start.AddMinutes(1),
        Proof = EndProof.CgroupAndReaperEmpty,
    };

    public static ProcessSnapshot Process(int pid = 4321, int parent = 4320, string? commandLine = "sleep 60") =>
        new() { Pid = pid, ParentPid = parent, StartTicks = 99, Name = "sleep", CommandLine = commandLine, State = 'S', ResidentBytes = 2048, BelongsBecause = "root" };

    public static KillReport Report(KillOutcome outcome = KillOutcome.Killed, RunId? runId = null) => new()
    {
        RunId = runId ?? Id,
        KillId = KillId.Parse("kill_0123456789abcdef0123456789abcdef"),
        Outcome = outcome,
        Mode = KillMode.Graceful,
        Strength = ContainmentStrength.CgroupAndReaper,
        Proof = EndProof.CgroupAndReaperEmpty,
        Reason = "stuck in initialization",
        RequestedBy = "os:1000",
        DurationMs = 12.5,
        Steps = [new KillStep("intent", 0.5, "ok"), new KillStep("kill", 10, "SIGKILL to 2 processes")],
        ProcessesBefore = [Process()],
        Cleanup = [new CleanupResult { Cleaner = "cgroup", Outcome = "Clean", Found = ["/x"], Cleaned = ["/x"] }],
    };

    public static AuditEntry Audit() => new()
    {
        ChainId = "node",
        Sequence = 1,
        Stage = "IntentWritten",
        At = Start,
        RunId = Id,
        KillId = KillId.Parse("kill_0123456789abcdef0123456789abcdef"),
        Actor = "os:1000",
        Reason = "stuck in initialization",
        Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["mode"] = "Graceful" },
        Hash = new string('1', 64),
        PreviousHash = new string('0', 64),
    };

    private static ProcessIdentity Identity(int pid) => new() { HostId = "host", BootId = "boot", Pid = pid, StartTicks = 42 };
}
