using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning;

/// <summary>Finds programs that may be run: none that a run could have put there.</summary>
internal static class TrustedPrograms
{
    // What asks on the command line often has a shorter PATH than the service that launched the run.
    private static readonly string[] _usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/snap/bin"];

    /// <summary>The path of a program; null when there is none that may be run.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">The search path: what is relative in it is left out.</param>
    /// <param name="workDirectory">The run's: nothing of it is run.</param>
    public static string? Find(string name, string? path, string workDirectory)
    {
        string[] directories = [.. (path ?? string.Empty).Split(':').Where(Path.IsPathFullyQualified).Concat(_usual).Distinct(StringComparer.Ordinal)];
        string work = WorkPath.OfDirectory(workDirectory) ?? workDirectory;
        return directories.Select(directory => Path.Combine(directory, name)).FirstOrDefault(file => IsTrusted(file, work));
    }

    private static bool IsTrusted(string file, string work) =>
        Libc.Access(file, Libc.AccessExecute) == 0
        && FileFacts.Of(file, followLinks: true) is { IsRegularFile: true, IsWritableByOthers: false } facts && IsOurs(facts)
        && WorkPath.OfDirectory(Path.GetDirectoryName(file)!) is { } directory && directory != work && !WorkPath.IsBelow(directory, work)
        && FileFacts.Of(directory) is { IsWritableByOthers: false } above && IsOurs(above);

    private static bool IsOurs(FileFacts facts) => facts.OwnerId == 0 || facts.OwnerId == Libc.EffectiveUserId();
}
