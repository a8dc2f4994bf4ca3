namespace WorkflowLifecycle.Cli.Json;

/// <summary>A completed kill whose audit is not complete.</summary>
internal sealed record KillWithoutAuditEntry(string KillId, string RunId, IReadOnlyList<string> Missing);
