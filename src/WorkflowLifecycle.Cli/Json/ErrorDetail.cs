namespace WorkflowLifecycle.Cli.Json;

internal sealed record ErrorDetail(string Code, string Message, string Help);
