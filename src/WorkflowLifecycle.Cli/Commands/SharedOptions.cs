using System.CommandLine;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>Options that several verbs have, with the same words.</summary>
internal static class SharedOptions
{
    public const string JsonName = "--json";

    /// <summary>Belongs to every verb.</summary>
    public static Option<string?> Store { get; } = new("--store")
    {
        Description = $"The store's file. Default: {StoreResolver.Variable}, else what hosts on this machine announce, else your own.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<bool> Json() => new(JsonName) { Description = "Print JSON; errors too." };
}
