namespace WorkflowLifecycle.Cli.Rendering;

/// <summary>An error: what happened, and the next command to try.</summary>
internal static class ErrorText
{
    public static void Write(TextWriter writer, CliError error)
    {
        writer.WriteLine("error: " + SafeText.Show(error.Message));
        writer.WriteLine("help:  " + SafeText.Show(error.Help));
    }
}
