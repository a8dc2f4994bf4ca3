using WorkflowLifecycle.Processes.Linux.Deleting;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Files;

/// <summary>The directory that a launch wants deleted at its end, as it was written there.</summary>
internal static class WorkDirectoryPath
{
    /// <summary>The path, without a slash at its end.</summary>
    /// <exception cref="IOException">It was not named, or not plainly.</exception>
    public static string Of(LaunchRequest request, WorkDirectoryPolicy policy)
    {
        if (request.WorkingDirectory is not { } named)
        {
            throw new IOException($"WorkDirectory = {policy} needs a working directory of the run's own: set LaunchRequest.WorkingDirectory. Without it the run works in that of the host.");
        }

        string path = named.Length > 1 ? named.TrimEnd('/') : named;
        return PlainPath.WhyNot(path) is { } why ? throw new IOException($"WorkDirectory = {policy}: {why}") : path;
    }
}
