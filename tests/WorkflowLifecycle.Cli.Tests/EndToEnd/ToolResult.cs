namespace WorkflowLifecycle.Cli.Tests.EndToEnd;

/// <summary>What a process said and returned.</summary>
internal sealed record ToolResult(int ExitCode, string Out, string Error);
