using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>
/// Takes away the locks that a run left in its repositories, and tells what it left half done. By files alone: the configuration of a repository
/// names programs that git runs, and nothing of a run that is over may run again.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class GitRepair(GitCleanerOptions options, TimeProvider timeProvider) : IResourceProvider
{
    private const string CleanerName = CleanerNames.Git;

    private const int MostLocks = 100;
    private const string LockSuffix = ".lock";
    private const string PathKey = "path";
    private const string WorkTreeKey = "worktree";
    private const string DirectoryKey = "directory";
    private const string SharedKey = "shared";
    private const string HolderKey = "holder";

    private readonly OpenFiles _openFiles = new(timeProvider);
    private readonly LockFileRemoval _removal = new();
    private readonly GitWorktreeRemoval _worktrees = new(options, timeProvider);

    public string Name => CleanerName;

    public TimeSpan Ceiling => options.Ceiling;

    public ValueTask<ProvidedResources> ProvideAsync(ProvisionContext context, CancellationToken cancellationToken = default) =>
        new(_worktrees.Note(context.Run) is { } worktree ? new ProvidedResources { Resources = [worktree] } : ProvidedResources.None);

    public async ValueTask<IReadOnlyList<RunResource>> DiscoverAsync(CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (context.Moment == CleanupMoment.BeforeEnd)
        {
            return FindOpen(context);
        }

        // Locks first: what is freed in this order finds the worktree without them.
        List<RunResource> found = FindAll(context, cancellationToken);
        if (await _worktrees.FindAsync(context.Run, cancellationToken).ConfigureAwait(false) is { } worktree)
        {
            found.Add(worktree);
        }

        return found;
    }

    public ValueTask CleanAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default)
    {
        if (GitWorktreeRemoval.IsOne(resource))
        {
            return new ValueTask(_worktrees.RemoveAsync(resource, context, cancellationToken));
        }

        string path = PathOf(resource);
        if (Look(resource, path) is not { } file)
        {
            return ValueTask.CompletedTask;
        }

        // What a debt says was written by a process of the run's user: it is not enough to remove anything of anybody.
        if ((!path.EndsWith(LockSuffix, StringComparison.Ordinal) && Path.GetFileName(path) != GitWorktreeLocks.FileName) || !file.IsRegularFile)
        {
            throw new IOException("it is no lock of git");
        }

        if (new LockFileLife(context.Run, timeProvider.GetUtcNow()).FindForeignOwner(file) is { } foreign)
        {
            throw new IOException(foreign);
        }

        if (LockFileHolders.Find(file, cancellationToken) is { } holder)
        {
            throw new IOException($"{holder} has it open");
        }

        IReadOnlyDictionary<string, string> details = resource.Details;
        GitPlace place = new(details.GetValueOrDefault(WorkTreeKey, string.Empty), details.GetValueOrDefault(DirectoryKey, string.Empty), details.GetValueOrDefault(SharedKey, string.Empty), IsProven: true);
        if (GitUsers.Find(place, cancellationToken) is { } user)
        {
            throw new IOException($"{user} is at work in that repository, and may hold it");
        }

        _removal.Remove(path, file);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ExistsAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken = default) =>
        new(GitWorktreeRemoval.IsOne(resource) ? GitWorktreeRemoval.Exists(resource) : Look(resource, PathOf(resource)) is not null);

    // Before the first signal a process can still be asked for what it has open: what it made is then the run's beyond doubt, whenever it was made.
    private List<RunResource> FindOpen(CleanupContext context)
    {
        string workDirectory = WorkPath.OfDirectory(context.Run.WorkingDirectory) ?? context.Run.WorkingDirectory;
        IReadOnlyList<string> repositories = GitRepository.DirectoriesOf(workDirectory);
        List<RunResource> found = [];
        foreach (OpenFile file in _openFiles.Below([workDirectory, .. repositories], context.Processes)
            .Where(file => file.Path.EndsWith(LockSuffix, StringComparison.Ordinal) && file.IsForWriting).DistinctBy(file => file.Path).Take(MostLocks))
        {
            if (GitPlaceReader.FindFrom(Path.GetDirectoryName(file.Path)!) is { } place && (WorkPath.IsBelow(file.Path, place.Directory) || WorkPath.IsBelow(file.Path, place.Shared))
                && LockFileMark.TakeTarget(file.Entry, out LockFileMark mark) == 0 && mark.IsRegularFile)
            {
                found.Add(Describe(new GitLockFile(file.Path, mark, place), VisibleText.Of($"{file.Process.Name} (PID {file.Process.Pid})", 100)));
            }
        }

        return found;
    }

    private List<RunResource> FindAll(CleanupContext context, CancellationToken cancellationToken)
    {
        LockFileLife life = new(context.Run, context.Run.EndedAt ?? timeProvider.GetUtcNow());
        GitPlaces places = new(options.LevelsBelow);
        GitLockFiles locks = new();
        List<RunResource> found = [];
        Dictionary<string, GitLockFile> files = new(StringComparer.Ordinal);
        foreach (GitPlace place in places.Find(context.Run.WorkingDirectory, cancellationToken))
        {
            foreach (GitLockFile file in locks.Find(place, cancellationToken).Where(file => !life.IsLater(file.Mark)))
            {
                files.TryAdd(file.Path, file);
            }

            found.AddRange(GitInterruptions.Find(place, life).Select(interruption => Report(interruption.Name, interruption.Note)));
            foreach ((GitLockFile file, string reason, bool isOfRun) in GitWorktreeLocks.Find(place, context.Run, life))
            {
                string? doubt = isOfRun ? life.FindDoubt(file.Path, file.Mark) ?? FindDoubt(place) : $"locked during the run, and its reason does not name the run: '{reason}'; 'git worktree unlock' frees it";
                found.Add(doubt is null ? Describe(file, holder: null) : Report(file.Path, doubt));
            }
        }

        found.AddRange(Judge([.. files.Values.Take(MostLocks)], context, life, cancellationToken));
        if (places.IsCut || locks.IsCut || files.Count > MostLocks)
        {
            found.Add(Report($"repositories of {context.Run.WorkingDirectory}", "there is more than is looked through: see for yourself"));
        }

        return [.. found.DistinctBy(resource => resource.Name)];
    }

    private static IEnumerable<RunResource> Judge(List<GitLockFile> files, CleanupContext context, LockFileLife life, CancellationToken cancellationToken)
    {
        Dictionary<(ulong Inode, ulong Device), string> holders = LockFileHolders.Find(files.Select(file => file.Mark), cancellationToken);
        foreach (GitLockFile file in files)
        {
            string? seen = context.Known.FirstOrDefault(known => known.Name == NameOf(file.Path) && LockFileMark.Read(known.Details) is { } mark && mark.IsSameFile(file.Mark))?.Details.GetValueOrDefault(HolderKey);
            string? doubt = holders.TryGetValue(LockFileHolders.KeyOf(file.Mark), out string? holder) ? $"{holder} has it open"
                : seen is not null ? life.FindForeignOwner(file.Mark)
                : life.FindDoubt(file.Path, file.Mark) ?? FindDoubt(file.Place);
            yield return doubt is null ? Describe(file, seen) : Report(file.Path, doubt);
        }
    }

    private static string? FindDoubt(GitPlace place) => place.IsProven ? null : $"{place.WorkTree}/.git leads to this repository, which knows nothing of it";

    private static RunResource Report(string name, string note) => new() { Cleaner = CleanerName, Name = NameOf(name), Handling = ResourceHandling.Report, Note = note };

    private static RunResource Describe(in GitLockFile file, string? holder)
    {
        Dictionary<string, string> details = new()
        {
            [PathKey] = file.Path,
            [WorkTreeKey] = file.Place.WorkTree,
            [DirectoryKey] = file.Place.Directory,
            [SharedKey] = file.Place.Shared,
        };
        file.Mark.Write(details);
        if (holder is not null)
        {
            details[HolderKey] = holder;
        }

        return new RunResource { Cleaner = CleanerName, Name = NameOf(file.Path), Note = holder is null ? null : $"{holder} of the run had it open", Details = details };
    }

    private static string NameOf(string path) => VisibleText.Of(path, 900);

    private static string PathOf(RunResource resource) =>
        resource.Details.GetValueOrDefault(PathKey) ?? throw new InvalidOperationException($"Nothing is kept of '{resource.Name}' by which it could be found.");

    // Null when that very file is not there any more.
    private static LockFileMark? Look(RunResource resource, string path)
    {
        LockFileMark expected = LockFileMark.Read(resource.Details) ?? throw new InvalidOperationException($"Nothing is kept of '{resource.Name}' by which it could be told from another.");
        int errno = LockFileMark.Take(path, out LockFileMark found);
        return errno switch
        {
            0 => found.IsSameFile(expected) ? found : null,
            Errno.ENOENT or Errno.ENOTDIR => null,
            _ => throw new IOException($"{path}: {Errno.Describe(errno)}"),
        };
    }
}
