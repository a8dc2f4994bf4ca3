namespace WorkflowLifecycle.Cli.Leaks;

/// <summary>A row, and the store that it is in.</summary>
internal sealed record KnownRow(RunRecord Run, KnownStore Store);
