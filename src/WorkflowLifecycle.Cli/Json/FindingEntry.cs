namespace WorkflowLifecycle.Cli.Json;

internal sealed record FindingEntry(string Name, bool IsGood, string Detail, IReadOnlyList<string> Remedy);
