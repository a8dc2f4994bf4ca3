namespace WorkflowLifecycle;

/// <summary>The first entry of a chain that is not as it was written.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Sequence">The place in the chain where the fault shows.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record AuditChainFault(string ChainId, long Sequence, string Problem);
