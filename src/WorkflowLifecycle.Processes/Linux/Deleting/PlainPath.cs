namespace WorkflowLifecycle.Processes.Linux.Deleting;

/// <summary>Paths that say where they lead without a look at the disk: absolute, with no <c>.</c>, no <c>..</c> and nothing else to be worked out.</summary>
internal static class PlainPath
{
    /// <summary>Why a path is not plain; null when it is.</summary>
    public static string? WhyNot(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return "No directory is named. Name one by its absolute path.";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "The path has a NUL character in it, at which the operating system would end it. Name the directory without it.";
        }

        if (path[0] != '/')
        {
            return $"'{path}' is a relative path. Name the directory by its absolute path.";
        }

        string[] components = path[1..].Split('/');
        if (components.Contains("..", StringComparer.Ordinal) || components.Contains(".", StringComparer.Ordinal))
        {
            return $"'{path}' has '.' or '..' in it. Name the directory without them.";
        }

        return components.Contains(string.Empty, StringComparer.Ordinal)
            ? $"'{path}' is '/' itself, or has an empty component. Name a directory below it, with single slashes and none at the end."
            : null;
    }

    /// <summary>True when the first is the second or above it.</summary>
    public static bool Holds(string directory, string path) =>
        directory == "/" || path == directory || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');
}
