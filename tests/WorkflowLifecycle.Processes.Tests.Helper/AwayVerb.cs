namespace WorkflowLifecycle.Processes.Tests.Helper;

/// <summary>Moves a directory to another place and back.</summary>
internal static class AwayVerb
{
    public static int Run() => Harassment.Run(static (directory, other) => TryMove(directory, other) && TryMove(other, directory));

    private static bool TryMove(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
