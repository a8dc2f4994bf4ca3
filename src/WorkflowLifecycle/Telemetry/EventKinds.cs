namespace WorkflowLifecycle.Telemetry;

/// <summary>The kinds of <see cref="RunEvent"/>.</summary>
internal static class EventKinds
{
    public const string Launching = "run.launching";
    public const string State = "run.state";
    public const string MainExited = "run.main-exited";
    public const string Stopping = "run.stopping";
    public const string StrengthLowered = "run.strength-lowered";
    public const string KillIntent = "kill.intent";
    public const string KillWaiting = "kill.waiting";
    public const string KillEscalated = "kill.escalated";
    public const string KillDenied = "kill.denied";
    public const string KillCompleted = "kill.completed";
    public const string KillUnconfirmed = "kill.unconfirmed";
    public const string DebtRemains = "debt.remains";
    public const string DebtSettled = "debt.settled";
}
