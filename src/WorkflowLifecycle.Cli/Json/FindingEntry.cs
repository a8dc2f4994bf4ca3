namespace WorkflowLifecycle.Cli.Json;

internal sealed record FindingEntry(string Name, string? Kind, bool IsGood, string Detail, IReadOnlyList<string> Remedy);
