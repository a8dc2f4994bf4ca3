using System.Globalization;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;

/// <summary>
/// Takes away PID and lock files that a run left and that name a process which is dead. A number says little: it may be another process by now, or
/// one of another container. Whatever process has it, the file then stays.
/// </summary>
internal sealed class LockFileRepair(LockFileCleanerOptions options, TimeProvider timeProvider) : IResourceCleaner
{
    private const int MostFiles = 100;
    private const int LongestName = 900;
    private const string PathKey = "path";
    private const string PidKey = "pid";

    private readonly LockFileRemoval _removal = new();

    public string Name => CleanerNames.LockFiles;

    public TimeSpan Ceiling => options.Ceiling;

    public ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default) =>
        new(context.Moment == CleanupMoment.BeforeEnd ? [] : FindAll(context, cancellationToken));

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        string path = PathOf(resource);
        if (Look(resource, path) is not { } file)
        {
            return ValueTask.CompletedTask;
        }

        int pid = PidOf(resource);
        if (FindAlive(pid) is { } alive)
        {
            throw new IOException(alive);
        }

        // What a debt says was written by a process of the run's user: it is not enough to remove anything of anybody.
        if (new LockFileLife(context.Run, timeProvider.GetUtcNow()).FindForeignOwner(file) is { } foreign)
        {
            throw new IOException(foreign);
        }

        if (file.IsRegularFile && LockFileHolders.Find(file, cancellationToken) is { } holder)
        {
            throw new IOException($"{holder} has it open");
        }

        // A program that starts anew may write its own number into the same file.
        _removal.Remove(path, file, (directory, name) => LockFileContent.Read(directory, name, file)?.Pid == pid);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        new(Look(resource, PathOf(resource)) is not null);

    private List<RunResource> FindAll(CleanupContext context, CancellationToken cancellationToken)
    {
        LockFileLife life = new(context.Run, context.Run.EndedAt ?? timeProvider.GetUtcNow());
        HashSet<int> members = [.. context.Processes.Select(process => process.Pid)];
        if (context.Run.Root is { } root && Machine.Read().IsHomeOf(root))
        {
            members.Add(root.Pid);
        }

        LockFilePaths paths = new(options);
        List<RunResource> found = [];
        List<(string Path, LockFileMark Mark, int Pid)> dead = [];
        foreach (string path in paths.Find(context.Run.WorkingDirectory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (found.Count + dead.Count >= MostFiles)
            {
                found.Add(Report($"files of {context.Run.WorkingDirectory}", "there are more than are looked at: see for yourself"));
                break;
            }

            if (Read(path) is not { } file || !file.Content.IsOfThisMachine || life.IsLater(file.Mark))
            {
                continue;
            }

            // A member of the run wrote it, or had it written: it is the run's, and freed once nobody has the number.
            bool isOfRun = members.Contains(file.Content.Pid) && life.HoldsChange(file.Mark) && life.FindForeignOwner(file.Mark) is null;
            string? alive = isOfRun ? null : FindAlive(file.Content.Pid);
            if (alive is not null && !life.HoldsChange(file.Mark))
            {
                continue;
            }

            string? doubt = alive ?? (isOfRun || life.FindDoubt(path, file.Mark) is not { } unproven ? null : $"it names PID {file.Content.Pid}, which is dead; {unproven}");
            if (doubt is not null)
            {
                found.Add(Report(path, doubt));
            }
            else
            {
                dead.Add((path, file.Mark, file.Content.Pid));
            }
        }

        if (paths.IsCut)
        {
            found.Add(Report($"files of {context.Run.WorkingDirectory}", "there are more than are looked at: see for yourself"));
        }

        Dictionary<(ulong Inode, ulong Device), string> holders = LockFileHolders.Find(dead.Select(file => file.Mark), cancellationToken);
        found.AddRange(dead.Select(file => holders.TryGetValue(LockFileHolders.KeyOf(file.Mark), out string? holder)
            ? Report(file.Path, $"{holder} has it open")
            : Describe(file.Path, file.Mark, file.Pid)));
        return [.. found.DistinctBy(resource => resource.Name)];
    }

    // Null when the kernel says that nobody has the number.
    private static string? FindAlive(int pid) =>
        PidDescriptor.IsUnused(pid) || (ProcessReader.TryReadStat(pid, out ProcStat stat) && ProcessReader.HasExited(stat)) ? null
        : VisibleText.Of($"it names PID {pid}, and there is a process of that number{(stat.Name is { Length: > 0 } name ? $": {name}" : string.Empty)}", 150);

    private static (LockFileMark Mark, LockFileContent Content)? Read(string path)
    {
        using FileDescriptor? directory = LockFileRemoval.OpenDirectory(Path.GetDirectoryName(path)!, out _);
        return directory is not null && LockFileMark.Take(directory, Path.GetFileName(path), out LockFileMark mark) == 0
            && LockFileContent.Read(directory, Path.GetFileName(path), mark) is { } content ? (mark, content) : null;
    }

    private static RunResource Report(string name, string note) =>
        new() { Cleaner = CleanerNames.LockFiles, Name = VisibleText.Of(name, LongestName), Handling = ResourceHandling.Report, Note = note };

    private static RunResource Describe(string path, in LockFileMark mark, int pid)
    {
        Dictionary<string, string> details = new() { [PathKey] = path, [PidKey] = pid.ToString(CultureInfo.InvariantCulture) };
        mark.Write(details);
        return new RunResource { Cleaner = CleanerNames.LockFiles, Name = VisibleText.Of(path, LongestName), Details = details };
    }

    private static string PathOf(RunResource resource) => resource.Details.GetValueOrDefault(PathKey) ?? throw Unknown(resource);

    private static int PidOf(RunResource resource) =>
        int.TryParse(resource.Details.GetValueOrDefault(PidKey), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : throw Unknown(resource);

    private static InvalidOperationException Unknown(RunResource resource) => new($"Nothing is kept of '{resource.Name}' by which it could be found.");

    // Null when that very file is not there any more, or names another process by now.
    private static LockFileMark? Look(RunResource resource, string path)
    {
        LockFileMark expected = LockFileMark.Read(resource.Details) ?? throw Unknown(resource);
        int errno = LockFileMark.Take(path, out LockFileMark found);
        return errno switch
        {
            0 => found.IsSameFile(expected) && Read(path)?.Content.Pid == PidOf(resource) ? found : null,
            Errno.ENOENT or Errno.ENOTDIR => null,
            _ => throw new IOException($"{path}: {Errno.Describe(errno)}"),
        };
    }
}
