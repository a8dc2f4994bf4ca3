using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>A command whose help goes on with details and ends with examples.</summary>
internal sealed class Verb(string name, string summary) : Command(name, summary)
{
    /// <summary>What one needs to know before relying on the verb; empty when the summary says it all.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    public required IReadOnlyList<string> Examples { get; init; }
}
