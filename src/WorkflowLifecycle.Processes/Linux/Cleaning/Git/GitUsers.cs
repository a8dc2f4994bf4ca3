using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>
/// Finds git processes of anybody that are at work in a repository. A lock is held without being open while its holder waits for a hook or an
/// editor: then the process is all that tells that it is held.
/// </summary>
internal static class GitUsers
{
    private const int LongestDescription = 200;

    // They read, and take the lock of the index all the same.
    private static readonly HashSet<string> _readersThatLock = new(StringComparer.Ordinal) { "status", "diff", "describe" };

    private static readonly string[] _optionsWithPlace = ["--git-dir", "--work-tree"];

    private static readonly string[] _variables = ["GIT_DIR=", "GIT_COMMON_DIR=", "GIT_WORK_TREE=", "GIT_INDEX_FILE="];

    /// <summary>Who may be at work there, in words; null when nobody is.</summary>
    public static string? Find(GitPlace place, CancellationToken cancellationToken)
    {
        foreach (ProcStat process in LockFileHolders.LiveProcesses().Where(static process => GitCommand.IsGit(process.Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ProcessReader.ReadCommandLine(process.Pid)?.Split('\0') is { Length: > 0 } arguments && FindCommand(process.Name, arguments) is { } command
                && FindPlaces(process.Pid, arguments) is var places && (places is null || places.Any(path => IsAt(place, path))) && IsStill(process))
            {
                return VisibleText.Of($"git {command} (PID {process.Pid}){(places is null ? ", of which nobody here can tell where it is" : string.Empty)}", LongestDescription);
            }
        }

        return null;
    }

    private static string? FindCommand(string name, string[] arguments) =>
        GitCommand.FindWriting(name, arguments) ?? arguments.FirstOrDefault(_readersThatLock.Contains);

    // Null when that cannot be seen.
    private static List<string>? FindPlaces(int pid, string[] arguments)
    {
        // In other mounts, as a container's, the same directory has another path.
        if (!IsAmongOurMounts(pid) || WorkPath.OfDirectory($"/proc/{pid}/cwd") is not { } directory || ReadEnvironment(pid) is not { } environment)
        {
            return null;
        }

        IEnumerable<string> named = arguments.Zip(arguments.Skip(1))
            .Where(static pair => pair.First == "-C" || _optionsWithPlace.Contains(pair.First, StringComparer.Ordinal))
            .Select(static pair => pair.Second)
            .Concat(_optionsWithPlace.SelectMany(option => arguments.Where(argument => argument.StartsWith(option + "=", StringComparison.Ordinal)).Select(argument => argument[(option.Length + 1)..])))
            .Concat(_variables.SelectMany(variable => environment.Where(entry => entry.StartsWith(variable, StringComparison.Ordinal)).Select(entry => entry[variable.Length..])));
        return [directory, .. named.Where(static path => path.Length > 0).Select(path => Path.Combine(directory, path))];
    }

    private static bool IsAmongOurMounts(int pid) =>
        LockFileMark.TakeTarget($"/proc/{pid}/ns/mnt", out LockFileMark theirs) == 0 && LockFileMark.TakeTarget("/proc/self/ns/mnt", out LockFileMark ours) == 0
        && theirs.Inode == ours.Inode;

    private static string[]? ReadEnvironment(int pid) => SmallFile.ReadText($"/proc/{pid}/environ")?.Split('\0');

    private static bool IsAt(GitPlace place, string path)
    {
        string? directory = WorkPath.OfDirectory(path) ?? (Path.GetDirectoryName(path) is { } parent ? WorkPath.OfDirectory(parent) : null);
        return directory is not null && (IsIn(place, directory) || GitRepository.DirectoriesOf(directory).Any(repository => IsIn(place, repository)));
    }

    private static bool IsIn(GitPlace place, string directory) =>
        directory == place.Directory || directory == place.Shared || WorkPath.IsBelow(directory, place.Shared) || WorkPath.IsBelow(directory, place.Directory);

    private static bool IsStill(in ProcStat process) => ProcessReader.TryReadStat(process.Pid, out ProcStat now) && now.StartTicks == process.StartTicks;
}
