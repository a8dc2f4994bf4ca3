namespace WorkflowLifecycle;

/// <summary>A completed kill whose audit is not complete.</summary>
/// <param name="KillId">The kill.</param>
/// <param name="RunId">The run.</param>
/// <param name="Missing">The stages that are missing.</param>
public sealed record KillWithoutAudit(KillId KillId, RunId RunId, IReadOnlyList<string> Missing);
