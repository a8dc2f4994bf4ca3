using System.Diagnostics;

namespace WorkflowLifecycle.HouseRules.Tests;

/// <summary>The working tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<TrackedFile>> _files = new(ListFiles);

    private static readonly Lazy<IReadOnlyList<SourceProject>> _projects = new(() =>
        [.. Files.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(file => new SourceProject(file))]);

    public static string Root { get; } = FindRoot();

    /// <summary>Tracked files, and new ones that are not ignored: a rule holds before the commit, not after it.</summary>
    public static IReadOnlyList<TrackedFile> Files => _files.Value;

    public static IReadOnlyList<SourceProject> Projects => _projects.Value;

    public static IEnumerable<TrackedFile> CSharp(string folder) =>
        Files.Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal) && file.Path.EndsWith(".cs", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "WorkflowLifecycle.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No WorkflowLifecycle.sln above {AppContext.BaseDirectory}: run the tests from where they were built.");
    }

    private static List<TrackedFile> ListFiles()
    {
        // A checkout made by another user is read here, never changed.
        ProcessStartInfo start = new("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Path.Combine(Root, path))).Select(path => new TrackedFile(path))]
            : throw new InvalidOperationException("git ls-files failed: the rules are checked in a clone.");
    }
}
