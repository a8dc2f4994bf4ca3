namespace WorkflowLifecycle;

/// <summary>How durable a commit must be when it returns.</summary>
public enum CommitDurability
{
    /// <summary>Survives the death of this process; may be lost with the machine. For steps that are re-derived on resume.</summary>
    Process = 0,

    /// <summary>Survives the loss of power: on stable storage. For launch, intent and outcome.</summary>
    Machine = 1,
}
