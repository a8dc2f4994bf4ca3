namespace WorkflowLifecycle.Stores.Tests;

/// <summary>Rows to store.</summary>
internal static class Rows
{
    public static DateTimeOffset Time { get; } = new(2026, 10, 25, 1, 30, 0, TimeSpan.Zero);

    public static RunRecord Run(string? id = null) => new()
    {
        RunId = id is null ? RunId.New() : RunId.Parse(id),
        InternalId = Guid.NewGuid().ToString("N"),
        State = RunState.Launching,
        LaunchedBy = "host:tests",
        Program = "/bin/true",
        WorkingDirectory = "/",
        Host = new ProcessIdentity { HostId = "host", BootId = "boot", Pid = 1, StartTicks = 1 },
        CreatedAt = Time,
    };

    public static KillRecord Kill(RunId runId) => new()
    {
        KillId = KillId.New(TimeProvider.System),
        RunId = runId,
        State = KillState.IntentWritten,
        Mode = KillMode.Emergency,
        Reason = "a test",
        RequestedBy = "host:tests",
        Door = "library",
        RequestedAt = Time,
    };

    public static AuditDraft Audit(RunId? runId = null, string stage = "Launch") => new()
    {
        ChainId = "node",
        Stage = stage,
        At = Time,
        RunId = runId,
        Actor = "host:tests",
        Reason = "a test",
        Details = new Dictionary<string, string> { ["pid"] = "7" },
    };

    public static RunEvent Event(RunId runId) => new() { RunId = runId, Kind = "run.launching", State = RunState.Launching, At = Time };

    public static CleanupDebt Debt(RunRecord run, DateTimeOffset? due = null) => new()
    {
        DebtId = CleanupDebt.IdOf(run, "temp", null),
        RunId = run.RunId,
        Cleaner = "temp",
        Reason = "a test",
        HostId = "host",
        CreatedAt = Time,
        NextAttemptAt = due ?? Time,
    };

    /// <summary>A commit that writes to every table.</summary>
    public static StoreCommit Everything(RunRecord run) => new()
    {
        AddRun = run,
        AddKill = Kill(run.RunId),
        Audit = [Audit(run.RunId)],
        Events = [Event(run.RunId)],
        AddDebts = [Debt(run)],
        AddReceipt = new RunReceipt { RunId = run.RunId, At = Time },
        AddEvidence = new EvidenceRecord { RunId = run.RunId, TakenAt = Time, Content = new byte[] { 1, 2, 3 } },
    };
}
