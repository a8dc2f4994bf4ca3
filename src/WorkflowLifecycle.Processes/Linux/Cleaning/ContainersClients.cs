using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Finds the clients of container engines that may be run: none that a run could have put there.</summary>
internal static class ContainersClients
{
    private static readonly string[] _names = ["docker", "podman"];

    // What asks on the command line often has a shorter PATH than the service that launched the run.
    private static readonly string[] _usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/snap/bin"];

    /// <summary>The clients, one of each name.</summary>
    /// <param name="path">The search path: what is relative in it is left out.</param>
    /// <param name="workDirectory">The run's: nothing of it is run.</param>
    public static IReadOnlyList<ContainerClient> Find(string? path, string workDirectory)
    {
        string[] directories = [.. (path ?? string.Empty).Split(':').Where(Path.IsPathFullyQualified).Concat(_usual).Distinct(StringComparer.Ordinal)];
        string work = WorkPath.OfDirectory(workDirectory) ?? workDirectory;
        return [.. _names
            .Select(name => directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(file => IsTrusted(file, work)))
            .OfType<string>()
            .Select(file => new ContainerClient { Path = file })];
    }

    private static bool IsTrusted(string file, string work) =>
        Libc.Access(file, Libc.AccessExecute) == 0
        && FileFacts.Of(file, followLinks: true) is { IsRegularFile: true, IsWritableByOthers: false } facts && IsOurs(facts)
        && WorkPath.OfDirectory(Path.GetDirectoryName(file)!) is { } directory && directory != work && !WorkPath.IsBelow(directory, work)
        && FileFacts.Of(directory) is { IsWritableByOthers: false } above && IsOurs(above);

    private static bool IsOurs(FileFacts facts) => facts.OwnerId == 0 || facts.OwnerId == Libc.EffectiveUserId();
}
