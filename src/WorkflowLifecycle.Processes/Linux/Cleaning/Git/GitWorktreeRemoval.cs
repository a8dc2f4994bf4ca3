using System.Runtime.Versioning;
using WorkflowLifecycle.Processes.Linux.Cleaning.LockFiles;
using WorkflowLifecycle.Processes.Linux.Deleting;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.Working;

namespace WorkflowLifecycle.Processes.Linux.Cleaning.Git;

/// <summary>Removes the linked worktree that was a run's working directory, and its entry in the repository. Never the main one, and never work.</summary>
[SupportedOSPlatform("linux")]
internal sealed class GitWorktreeRemoval(GitCleanerOptions options, TimeProvider timeProvider)
{
    private const string TreePrefix = "tree-";
    private const string DirectoryKey = "directory";
    private const string SharedKey = "shared";
    private const string WorkTreeKey = "worktree";
    private const string WithWorkKey = "withWork";

    /// <summary>Whether a resource is a worktree.</summary>
    public static bool IsOne(RunResource resource) => LockFileMark.Read(resource.Details, TreePrefix) is not null;

    /// <summary>
    /// The worktree of a run as it is launched, where it is to be removed; null otherwise. With the row, so that a process that ends the run does not
    /// have to have these settings.
    /// </summary>
    public RunResource? Note(RunRecord run) => options.Worktree == GitWorktreePolicy.Remove ? Describe(run) : null;

    /// <summary>What becomes of the worktree of the run at its end; null when it has none, it is to stay, or it is gone.</summary>
    public async Task<RunResource?> FindAsync(RunRecord run, CancellationToken cancellationToken)
    {
        RunResource? noted = run.Resources.FirstOrDefault(resource => resource.Cleaner == CleanerNames.Git && IsOne(resource));
        if ((noted is null && options.Worktree != GitWorktreePolicy.Remove) || Describe(run) is not { } found || (noted is not null && !IsSame(noted, found)))
        {
            return null;
        }

        RunResource resource = noted ?? found;
        string? reason = await FindReasonToStayAsync(PlaceOf(resource), IsWithWork(resource), run, cancellationToken).ConfigureAwait(false);
        return reason is null ? resource : resource with { Handling = ResourceHandling.Keep, Note = reason };
    }

    public async Task RemoveAsync(RunResource resource, CleanupContext context, CancellationToken cancellationToken)
    {
        GitPlace place = PlaceOf(resource);
        if (Path.GetDirectoryName(place.Directory) != Path.Combine(place.Shared, "worktrees") || WorkPath.OfDirectory(context.Run.WorkingDirectory) is { } work && work != place.WorkTree)
        {
            throw new IOException("it is not the worktree of this run");
        }

        bool hadTree = IsThere(place.WorkTree, resource.Details, TreePrefix);
        if (hadTree)
        {
            if (GitPlaceReader.FindAt(place.WorkTree) is not { IsProven: true } now || now.Directory != place.Directory)
            {
                throw new IOException("it is a worktree of another repository by now");
            }

            if (await FindReasonToStayAsync(place, IsWithWork(resource), context.Run, cancellationToken).ConfigureAwait(false) is { } reason)
            {
                throw new IOException(reason);
            }

            Remove(place.WorkTree, resource.Details, TreePrefix, context, cancellationToken);
        }

        if (IsThere(place.Directory, resource.Details, string.Empty))
        {
            // The directory went by another hand, and nobody looked for work in it: what is on no branch must not go with the entry.
            if (!hadTree && !IsWithWork(resource) && !IsOnBranch(place))
            {
                throw new IOException($"its directory is gone, and its entry names commits that may be on no branch: look at {place.Directory}/HEAD, then 'git worktree prune'");
            }

            Remove(place.Directory, resource.Details, string.Empty, context, cancellationToken);
        }
    }

    public static bool Exists(RunResource resource)
    {
        GitPlace place = PlaceOf(resource);
        return IsThere(place.WorkTree, resource.Details, TreePrefix) || IsThere(place.Directory, resource.Details, string.Empty);
    }

    private RunResource? Describe(RunRecord run)
    {
        if (WorkPath.OfDirectory(run.WorkingDirectory) is not { } directory
            || GitPlaceReader.FindAt(directory) is not { IsProven: true } place || place.Directory == place.Shared
            || LockFileMark.Take(place.Directory, out LockFileMark entry) != 0 || LockFileMark.Take(directory, out LockFileMark tree) != 0)
        {
            return null;
        }

        Dictionary<string, string> details = new() { [DirectoryKey] = place.Directory, [SharedKey] = place.Shared, [WorkTreeKey] = directory };
        entry.Write(details);
        tree.Write(details, TreePrefix);
        if (options.RemoveWorktreeWithWork)
        {
            details[WithWorkKey] = bool.TrueString;
        }

        return new RunResource { Cleaner = CleanerNames.Git, Name = VisibleText.Of($"worktree {directory}", 900), Details = details };
    }

    private static bool IsSame(RunResource noted, RunResource found) =>
        LockFileMark.Read(noted.Details, TreePrefix) is { } before && LockFileMark.Read(found.Details, TreePrefix) is { } now && before.IsSameFile(now)
        && noted.Details.GetValueOrDefault(DirectoryKey) == found.Details.GetValueOrDefault(DirectoryKey);

    private static bool IsWithWork(RunResource resource) => resource.Details.GetValueOrDefault(WithWorkKey) == bool.TrueString;

    private static bool IsOnBranch(GitPlace place)
    {
        Span<byte> buffer = stackalloc byte[256];
        using FileDescriptor? file = UntrustedFile.Open(Path.Combine(place.Directory, "HEAD"));
        return UntrustedFile.ReadStart(file, buffer).StartsWith("ref: refs/heads/"u8);
    }

    private async Task<string?> FindReasonToStayAsync(GitPlace place, bool isWithWork, RunRecord run, CancellationToken cancellationToken)
    {
        if (run.State == RunState.Launching || run.State == RunState.LaunchFailed)
        {
            return "the program never ran";
        }

        LockFileLife life = new(run, timeProvider.GetUtcNow());
        foreach (string directory in (string[])[place.WorkTree, place.Directory])
        {
            if (LockFileMark.Take(directory, out LockFileMark mark) == 0 && life.FindForeignOwner(mark) is { } foreign)
            {
                return $"{directory}: {foreign}";
            }
        }

        if (FileFacts.Of(Path.Combine(place.Directory, GitWorktreeLocks.FileName)) is not null && !GitWorktreeLocks.Find(place, run, life).Any(found => found.IsOfRun && Path.GetDirectoryName(found.File.Path) == place.Directory))
        {
            return "it is locked ('git worktree lock')";
        }

        if (GitUsers.Find(place, cancellationToken) is { } user)
        {
            return $"{user} is at work in its repository";
        }

        if (FindInside(place.WorkTree, cancellationToken) is { } inside)
        {
            return $"{inside} is in it";
        }

        return isWithWork ? null : await FindWorkAsync(place, run, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string?> FindWorkAsync(GitPlace place, RunRecord run, CancellationToken cancellationToken)
    {
        if (GitInterruptions.IsAnyThere(place))
        {
            return "a rebase, merge or the like is under way in it";
        }

        if (Directory.Exists(Path.Combine(place.Directory, "modules")))
        {
            return "it has submodules, with work of their own";
        }

        // refs/worktree and its like: what they name goes with the entry.
        string references = Path.Combine(place.Directory, "refs");
        if (Directory.Exists(references) && Directory.EnumerateFiles(references, "*", SearchOption.AllDirectories).Any())
        {
            return "it has references of its own";
        }

        GitPlaces below = new(levelsBelow: 4);
        if (below.Find(place.WorkTree, cancellationToken).FirstOrDefault(other => other.Directory != place.Directory) is { } nested)
        {
            return $"there is another repository in it: {nested.WorkTree}";
        }

        if (below.IsCut)
        {
            return "there is more in it than is looked through";
        }

        // What git reads was written by the run: nobody of more rights than the run's user asks it.
        if (run.HostUser != $"os:{Libc.EffectiveUserId()}")
        {
            return $"only a process of the run's user ({run.HostUser}) may ask git whether there is work in it";
        }

        if (TrustedPrograms.Find("git", Environment.GetEnvironmentVariable("PATH"), run.WorkingDirectory) is not { } git)
        {
            return "there is no git here that could tell whether there is work in it";
        }

        try
        {
            return await GitWorktreeLook.FindWorkAsync(git, place, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In doubt it stays.
            return exception.Message;
        }
    }

    private static string? FindInside(string workTree, CancellationToken cancellationToken)
    {
        foreach (ProcStat process in LockFileHolders.LiveProcesses())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((WorkPath.OfDirectory($"/proc/{process.Pid}/cwd") is { } directory && IsIn(directory, workTree))
                || OpenDescriptors.Of(process.Pid).Any(descriptor => OpenDescriptors.ReadPath(process.Pid, descriptor) is { } path && IsIn(path, workTree)))
            {
                return VisibleText.Of($"{process.Name} (PID {process.Pid})", 100);
            }
        }

        return null;
    }

    private static bool IsIn(string path, string workTree) => path == workTree || WorkPath.IsBelow(path, workTree);

    private void Remove(string path, IReadOnlyDictionary<string, string> details, string prefix, CleanupContext context, CancellationToken cancellationToken)
    {
        using PinnedDirectory? pinned = PinnedDirectory.Open(path);

        // What is pinned is looked at by its own descriptor: a name may have changed hands since.
        if (pinned is null || LockFileMark.TakeTarget($"/proc/self/fd/{pinned.Self.Number}", out LockFileMark found) != 0 || !found.IsSameFile(LockFileMark.Read(details, prefix)!.Value))
        {
            return;
        }

        RemovalResult result = TreeRemover.Remove(pinned, context.Telling, timeProvider, cancellationToken: cancellationToken);
        if (!result.IsGone)
        {
            throw new IOException(result.Why);
        }
    }

    private static bool IsThere(string path, IReadOnlyDictionary<string, string> details, string prefix)
    {
        int errno = LockFileMark.Take(path, out LockFileMark found);
        return errno switch
        {
            0 => LockFileMark.Read(details, prefix) is { } expected && found.IsSameFile(expected),
            Errno.ENOENT or Errno.ENOTDIR => false,
            _ => throw new IOException($"{path}: {Errno.Describe(errno)}"),
        };
    }

    private static GitPlace PlaceOf(RunResource resource) => new(
        resource.Details.GetValueOrDefault(WorkTreeKey, string.Empty), resource.Details.GetValueOrDefault(DirectoryKey, string.Empty), resource.Details.GetValueOrDefault(SharedKey, string.Empty), IsProven: true);
}
