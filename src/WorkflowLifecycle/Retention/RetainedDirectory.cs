using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;

namespace WorkflowLifecycle.Retention;

/// <summary>The directory that a run left: its kept output, and what a crash left beside it.</summary>
internal sealed class RetainedDirectory(IContainmentPlatform platform, EndRecords records)
{
    /// <summary>Whether a run has one that is there.</summary>
    public bool Exists(RunRecord run) => IsHere(run) && run.Containment is { RunDirectory: var path } && Directory.Exists(path);

    /// <summary>Whether the run was on this machine. By the same path there may be another's directory here.</summary>
    public bool IsHere(RunRecord run) => run.Host.HostId == platform.Self.HostId;

    /// <summary>Why a directory that is there may not be removed; null when it may.</summary>
    public string? FindObstacle(RunRecord run) => Exists(run) && !IsItsOwn(run, run.Containment!.RunDirectory)
        ? $"its directory {run.Containment.RunDirectory} is not below {platform.RuntimeRoot}, where this process keeps those of its runs"
        : null;

    /// <summary>Removes it.</summary>
    /// <returns>Why it is still there; null when it is gone.</returns>
    public async Task<string?> RemoveAsync(RunRecord run)
    {
        string path = run.Containment!.RunDirectory;
        try
        {
            IContainment containment = platform.Open(run);
            await using (containment.ConfigureAwait(false))
            {
                if (containment.IsPopulated() == true)
                {
                    return "something lives in its cgroup, whatever its row says";
                }

                // An intent that no store took is still in there after a crash: it goes into the audit first.
                await records.DiscardAsync(run).ConfigureAwait(false);
                containment.DiscardRecords(keepOutput: false);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreUnavailableException)
        {
            return $"its directory {path} was not removed: {exception.Message}";
        }

        return Directory.Exists(path) ? $"its directory {path} could not be removed" : null;
    }

    // By the random internal id, directly below a directory of our own root: nothing else has that name there.
    private bool IsItsOwn(RunRecord run, string path)
    {
        string full = Path.GetFullPath(path);
        return full == path && Path.GetFileName(full) == run.InternalId && run.InternalId.Length == 32 && run.InternalId.All(char.IsAsciiHexDigitLower)
            && full.StartsWith(Path.TrimEndingDirectorySeparator(platform.RuntimeRoot) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }
}
