namespace WorkflowLifecycle.Testing.Conformance;

/// <summary>Rows to store.</summary>
internal static class Sample
{
    public static DateTimeOffset Time { get; } = new(2026, 3, 29, 1, 30, 0, 123, TimeSpan.Zero);

    public static ProcessIdentity Host { get; } = new()
    {
        HostId = "5f0c9b7f3f7c4b0e9a4bb2f6d1d1c001",
        BootId = "b1f1f2f3-0000-4000-8000-00000000000a",
        PidNamespace = 4026531836,
        PidNamespaceStartTicks = 1,
        Pid = 4711,
        StartTicks = 123_456,
        PidfsHandle = "00000000000012ab",
    };

    /// <summary>A run with only what a run must have.</summary>
    public static RunRecord Run(string? id = null) => new()
    {
        RunId = id is null ? RunId.New() : RunId.Parse(id),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Launching,
        LaunchedBy = "host:executor-1",
        HostUser = "os:1000",
        Program = "/usr/bin/claude",
        WorkingDirectory = "/srv/work",
        Host = Host,
        CreatedAt = Time,
    };

    /// <summary>A run with everything that a run can have, and the extremes of each number.</summary>
    public static RunRecord FullRun(RunId parent, KillId kill) => Run() with
    {
        State = RunState.Killed,
        Workflow = "builder",
        Session = "session-1",
        Owner = "lina",
        OwnerSubject = "user-42",
        ParentRun = parent,
        Arguments = ["--print", "say \"hello\"", string.Empty, "tab\tand\nline", "zero\0inside", "ünïcödé 🦊"],
        OnHostExit = OnHostExit.Keep,
        Output = OutputMode.Files,
        Readiness = ReadinessSource.Api,
        Root = Host with { Pid = int.MaxValue, StartTicks = ulong.MaxValue, PidNamespace = ulong.MaxValue - 1, PidNamespaceStartTicks = 1UL << 63 },
        Containment = new ContainmentRecord
        {
            Strength = ContainmentStrength.CgroupAndReaper,
            RunDirectory = "/run/workflow-lifecycle/0123456789abcdef0123456789abcdef",
            CgroupPath = "/sys/fs/cgroup/workflow-lifecycle/0123456789abcdef0123456789abcdef",
            CgroupInode = ulong.MaxValue,
            Shim = Host with { Pid = 4712, PidfsHandle = null },
            OpenExits = ["entering a foreign PID namespace", "asking another daemon"],
            Hardening = Hardening.Landlock | Hardening.NoNewPrivileges,
        },
        StartedAt = Time.AddTicks(1),
        ReadyAt = Time.AddTicks(2),
        EndedAt = DateTimeOffset.MaxValue,
        Status = "compiling 3 of 7",
        ExitCode = int.MinValue,
        ExitSignal = 9,
        Proof = EndProof.CgroupAndReaperEmpty,
        KillId = kill,
        Failure = "none",
        Phases = ["git", "my-phase"],
        Termination = new TerminationLadder
        {
            Steps = [TerminationStep.WriteLine("quit", TimeSpan.FromSeconds(3)), TerminationStep.RunCommand("pg_ctl", "stop", "-m", "fast"), TerminationStep.SendSignal(2)],
            Scope = TerminationScope.MainProcess,
        },
        Leftovers = LeftoverPolicy.Keep,
        Cleaners = ["temp", "work-directory"],
        Resources = [Resource("/tmp/a"), Resource("of a newer version") with { Handling = (ResourceHandling)42, Note = null, Details = new Dictionary<string, string>() }],
    };

    public static RunResource Resource(string name) => new()
    {
        Cleaner = "temp",
        Name = name,
        Handling = ResourceHandling.Watch,
        Note = "held by nobody",
        Details = new Dictionary<string, string> { ["inode"] = "18446744073709551615", ["zero\0key"] = "ünïcödé 🦊" },
    };

    public static CleanupDebt Debt(RunRecord run, string resource = "/tmp/a") => new()
    {
        DebtId = CleanupDebt.IdOf(run, "temp", Resource(resource)),
        RunId = run.RunId,
        KillId = KillId.New(TimeProvider.System),
        Cleaner = "temp",
        Resource = Resource(resource),
        Reason = "the directory is not empty",
        HostId = Host.HostId,
        CreatedAt = Time,
        Attempts = 2,
        LastAttemptAt = Time.AddSeconds(1),
        NextAttemptAt = Time.AddSeconds(3),
    };

    public static RunReceipt Receipt(RunId runId) => new()
    {
        RunId = runId,
        At = Time,
        Cleanup =
        [
            new CleanupResult { Cleaner = "temp", Found = ["a", "b"], Cleaned = ["a"], Remaining = ["b"], Outcome = CleanupOutcomes.Failed, Message = "held", DurationMs = 1.5 },
            new CleanupResult { Cleaner = "ports", Outcome = "of a newer version" },
        ],
    };

    public static EvidenceRecord Evidence(RunId runId, byte content = 1) => new()
    {
        RunId = runId,
        KillId = KillId.New(TimeProvider.System),
        TakenAt = Time,
        Content = new byte[] { 0, content, 0xFF },
    };

    public static KillRecord Kill(RunId runId, string? key = null) => new()
    {
        KillId = KillId.New(TimeProvider.System),
        RunId = runId,
        State = KillState.IntentWritten,
        Mode = KillMode.Graceful,
        Reason = "stuck in initialization",
        RequestedBy = "os:1000",
        Door = "cli",
        IdempotencyKey = key,
        TerminateCeiling = TimeSpan.FromSeconds(10) + TimeSpan.FromTicks(1),
        GracePeriod = TimeSpan.FromSeconds(40) + TimeSpan.FromTicks(1),
        RequestedAt = Time,
    };

    public static KillReport Report(KillRecord kill) => new()
    {
        RunId = kill.RunId,
        KillId = kill.KillId,
        Outcome = KillOutcome.KillUnconfirmed,
        Mode = KillMode.Emergency,
        Strength = ContainmentStrength.Reaper,
        Proof = EndProof.ReaperEmpty,
        Reason = kill.Reason,
        RequestedBy = kill.RequestedBy,
        DurationMs = 12.75,
        Steps = [new KillStep("intent", 0.25, "ok"), new KillStep("kill", 3, "2 of 2")],
        ProcessesBefore = [new ProcessSnapshot { Pid = 7, ParentPid = 1, StartTicks = ulong.MaxValue, Name = "sleep", CommandLine = "sleep 1", State = 'S' }],
        ProcessesTruncated = true,
        Survivors = [new ProcessSnapshot { Pid = 8, State = 'D', WaitsOn = "nfs_wait", ResidentBytes = long.MaxValue }],
        Cleanup = [new CleanupResult { Cleaner = "cgroup", Found = ["a"], Cleaned = ["a"], Outcome = "Clean", DurationMs = 0.1 }],
        OpenExits = ["asking another daemon"],
        ExitSignal = 9,
        ChildRuns =
        [
            new KillReport
            {
                RunId = RunId.New(),
                KillId = KillId.New(TimeProvider.System),
                Outcome = KillOutcome.Killed,
                Mode = KillMode.Emergency,
                Reason = "cascade",
                RequestedBy = "os:1000",
            },
        ],
        Message = "Retried every minute.",
    };

    public static RunEvent Event(RunId runId, string kind = "run.state", string? message = null) => new()
    {
        RunId = runId,
        Kind = kind,
        State = RunState.Running,
        At = Time,
        Message = message,
    };

    public static AuditDraft Audit(string stage = "Launch", RunId? runId = null, KillId? killId = null, string chain = "node-1") => new()
    {
        ChainId = chain,
        Stage = stage,
        At = Time,
        RunId = runId,
        KillId = killId,
        Actor = "os:1000",
        Reason = "stuck in initialization",
        Details = new Dictionary<string, string> { ["signal"] = "SIGTERM", ["pid"] = "7" },
    };
}
