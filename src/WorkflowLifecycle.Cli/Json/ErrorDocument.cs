namespace WorkflowLifecycle.Cli.Json;

/// <summary>The only thing on standard output when a verb fails under --json.</summary>
internal sealed record ErrorDocument
{
    public int SchemaVersion { get; init; } = 1;

    public required ErrorDetail Error { get; init; }

    public static ErrorDocument Of(CliError error) => new() { Error = new ErrorDetail(error.Code, error.Message, error.Help) };
}
