namespace WorkflowLifecycle.Auditing;

/// <summary>The stages of the audit.</summary>
internal static class AuditStages
{
    public const string Launch = "Launch";
    public const string LaunchFailed = "LaunchFailed";
    public const string Adopting = "Adopting";
    public const string Adopted = "Adopted";
    public const string HostExit = "HostExit";
    public const string Exited = "Exited";
    public const string Requested = "Requested";
    public const string Denied = "Denied";
    public const string Refused = "Refused";
    public const string Withdrawn = "Withdrawn";
    public const string Authorized = "Authorized";
    public const string IntentWritten = "IntentWritten";
    public const string Escalated = "Escalated";
    public const string Signal = "Signal";
    public const string ProvenDead = "ProvenDead";
    public const string Unconfirmed = "Unconfirmed";
    public const string Cleaned = "Cleaned";
    public const string DebtRetried = "DebtRetried";
    public const string DebtSettled = "DebtSettled";
    public const string Completed = "Completed";
    public const string Resumed = "Resumed";
    public const string Pruned = "Pruned";
    public const string Reconciled = "Reconciled";
}
