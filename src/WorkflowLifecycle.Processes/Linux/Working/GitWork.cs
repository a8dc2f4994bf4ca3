using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Linux.Working;

/// <summary>Finds what is under way in a repository: git processes that write, and lock files that somebody has open.</summary>
internal sealed class GitWork(OpenFiles openFiles)
{
    private const int MostLines = 50;
    private const int LongestDescription = 200;
    private const string LockSuffix = ".lock";

    public IReadOnlyList<InFlightWork> Find(string workDirectory, IReadOnlyList<ProcessSnapshot> processes)
    {
        Dictionary<int, int> parents = [];
        foreach (ProcessSnapshot process in processes)
        {
            parents[process.Pid] = process.ParentPid;
        }

        Dictionary<int, InFlightWork> writing = [];
        foreach (ProcessSnapshot process in processes.Where(process => GitCommand.IsGit(process.Name) && process.State is not ('Z' or 'X')))
        {
            if (FindCommand(process) is { } command)
            {
                writing[process.Pid] = Describe($"git {command}", process);
            }
        }

        // Their helpers and hooks are part of the command that was given.
        HashSet<int> commands = [.. writing.Keys];
        IEnumerable<InFlightWork> topMost = writing.Where(entry => !IsUnder(commands, parents.GetValueOrDefault(entry.Key), parents)).Select(entry => entry.Value);
        return [.. topMost.Concat(FindLocks(workDirectory, processes.Where(process => !IsUnder(commands, process.Pid, parents)))).Take(MostLines)];
    }

    private static string? FindCommand(ProcessSnapshot process)
    {
        // The snapshot's command line may be redacted, and has blanks where arguments end.
        string? line = ProcessReader.ReadCommandLine(process.Pid);
        return line is not null && ProcessReader.TryReadStat(process.Pid, out ProcStat stat) && stat.StartTicks == process.StartTicks
            ? GitCommand.FindWriting(process.Name, line.Split('\0'))
            : null;
    }

    private static bool IsUnder(HashSet<int> commands, int pid, Dictionary<int, int> parents)
    {
        // Parents were read one after the other, so that a number that came back could close a circle.
        for (int steps = 0; pid > 0 && steps <= parents.Count; steps++, pid = parents.GetValueOrDefault(pid))
        {
            if (commands.Contains(pid))
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<InFlightWork> FindLocks(string workDirectory, IEnumerable<ProcessSnapshot> processes)
    {
        IReadOnlyList<string> repositories = GitRepository.DirectoriesOf(workDirectory);
        return repositories.Count == 0 ? [] : openFiles.Below(repositories, processes)
            .Where(file => file.Path.EndsWith(LockSuffix, StringComparison.Ordinal) && file.IsForWriting)
            .GroupBy(file => file.Path)
            .Select(OpenFiles.OfItsOpener)
            .Select(file => Describe($"{NameIn(repositories, file.Path)} held by {file.Process.Name}", file.Process) with { Path = file.Path });
    }

    private static string NameIn(IReadOnlyList<string> repositories, string path) => Path.GetRelativePath(repositories.First(repository => WorkPath.IsBelow(path, repository)), path);

    private static InFlightWork Describe(string description, ProcessSnapshot process) =>
        new(VisibleText.Of(description, LongestDescription)) { Pid = process.Pid, StartTicks = process.StartTicks };
}
