namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>Commands of ours that a message tells the reader to type.</summary>
internal static class CommandText
{
    public static string Of(params IEnumerable<string> words) => "workflowctl " + ShellQuote.Join(words);
}
