using WorkflowLifecycle.Processes.Linux.Cgroups;
using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Linux.RunDirectories;
using WorkflowLifecycle.Processes.Linux.Shim;
using WorkflowLifecycle.Processes.Linux.Waiting;

namespace WorkflowLifecycle.Processes.Linux.Ending;

/// <summary>
/// Frees what a launch made, after the proof: cgroup, shim, run directory. Each line says what was there and what is left. The records of
/// the end stay until <see cref="DiscardRecords"/>: whoever resumes an interrupted kill derives its outcome from them.
/// </summary>
internal sealed class ContainmentCleaner(ContainmentRecord record, RunDirectory directory, Machine machine, TimeProvider timeProvider)
{
    private const string Clean = "Clean";
    private const string Kept = "Kept";
    private const string Failed = "Failed";

    private static readonly TimeSpan ShimLimit = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<CleanupResult>> CleanAsync(ShimControl? control, bool keepOutput, CancellationToken cancellationToken)
    {
        // The shim is on its way out while the cgroup, which it is not in, is removed; the directory is its own until it is gone.
        Task<CleanupResult?> leaving = ReleaseShimAsync(control, cancellationToken);
        CleanupResult? cgroup = CleanCgroup();
        CleanupResult? shim = await leaving.ConfigureAwait(false);
        CleanupResult?[] receipt = [cgroup, shim, CleanDirectory(keepOutput)];
        return [.. receipt.OfType<CleanupResult>()];
    }

    /// <summary>Takes the records away.</summary>
    /// <returns>What could not be removed.</returns>
    public IReadOnlyList<string> DiscardRecords(bool keepOutput)
    {
        try
        {
            return [.. directory.Remove(keepOutput).Failed.Select(Inside)];
        }
        catch (IOException)
        {
            // Another process that cleans was faster; or it is no directory any more, and nothing of it is ours.
            return directory.Exists ? [directory.Path] : [];
        }
    }

    private CleanupResult? CleanCgroup()
    {
        if (record.CgroupPath is not { } path)
        {
            return null;
        }

        long started = timeProvider.GetTimestamp();
        using RunCgroup? cgroup = RunCgroup.Open(path, record.CgroupInode, out bool isGone);
        string? problem = cgroup is not null ? cgroup.Remove() : isGone ? null : "it cannot be opened from here";
        return Line("cgroup", started, isGone ? [] : [path], problem is null ? [] : [path], problem);
    }

    private async Task<CleanupResult?> ReleaseShimAsync(ShimControl? control, CancellationToken cancellationToken)
    {
        if (record.Shim is not { } shim)
        {
            return null;
        }

        long started = timeProvider.GetTimestamp();
        string name = $"pid {shim.Pid}";

        // Pinned before it is told anything: its exit is then all that has to be waited for.
        using ExitWatch? exit = ExitWatch.Begin(shim.Pid);
        if (machine.Look(shim) is ProcessPresence.Gone or ProcessPresence.OtherBoot)
        {
            return Line("shim", started, [], [], null);
        }

        string? problem = await LeaveAsync(shim, control, exit, cancellationToken).ConfigureAwait(false);
        return Line("shim", started, [name], problem is null ? [] : [name], problem);
    }

    private async Task<string?> LeaveAsync(ProcessIdentity shim, ShimControl? control, ExitWatch? exit, CancellationToken cancellationToken)
    {
        if (control is not null)
        {
            Task<ShimMessage?> answer = control.AskAsync(ShimMessageType.Release, default, cancellationToken);
            if (exit is not null && await IsOverAsync(exit.Exited, ShimControl.AnswerLimit, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            if (await answer.ConfigureAwait(false) is { } said)
            {
                return said.Type == ShimMessageType.Done ? await WaitUntilGoneAsync(shim, exit, cancellationToken).ConfigureAwait(false) : "it refused to leave";
            }
        }

        // Its tree is gone and it does not answer: nobody needs it any more, and nobody else would ever end it.
        return machine.Signal(shim, Libc.SignalKill) || machine.Look(shim) == ProcessPresence.Gone
            ? await WaitUntilGoneAsync(shim, exit, cancellationToken).ConfigureAwait(false)
            : "it did not answer";
    }

    private async Task<string?> WaitUntilGoneAsync(ProcessIdentity shim, ExitWatch? exit, CancellationToken cancellationToken)
    {
        bool isGone = exit is not null
            ? await IsOverAsync(exit.Exited, ShimLimit, cancellationToken).ConfigureAwait(false)
            : await LookUntilGoneAsync(shim, cancellationToken).ConfigureAwait(false);
        return isGone ? null : "it did not leave within a second";
    }

    // A kernel without pidfds tells nobody but the parent.
    private async Task<bool> LookUntilGoneAsync(ProcessIdentity shim, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(1), timeProvider);
        long started = timeProvider.GetTimestamp();
        while (machine.Look(shim) == ProcessPresence.Present)
        {
            if (timeProvider.GetElapsedTime(started) > ShimLimit)
            {
                return false;
            }

            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private async Task<bool> IsOverAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private CleanupResult CleanDirectory(bool keepOutput)
    {
        long started = timeProvider.GetTimestamp();
        if (!directory.Exists)
        {
            return Line("run-directory", started, [], [], null);
        }

        try
        {
            (IReadOnlyList<string> removed, IReadOnlyList<string> kept, IReadOnlyList<string> failed) = directory.Remove(keepOutput, keepRecords: true);
            CleanupResult line = Line("run-directory", started, [directory.Path], failed.Count > 0 ? [.. failed.Select(Inside)] : [], failed.Count > 0 ? "it could not be removed" : null);
            return kept.Count == 0 || failed.Count > 0
                ? line
                : line with { Cleaned = [.. removed.Select(Inside)], Remaining = [.. kept.Select(Inside)], Outcome = Kept, Message = "output is kept until its retention ends" };
        }
        catch (IOException) when (!directory.Exists)
        {
            // Another process that cleans was faster.
            return Line("run-directory", started, [], [], null);
        }
        catch (IOException exception)
        {
            return Line("run-directory", started, [directory.Path], [directory.Path], exception.Message);
        }
    }

    private string Inside(string name) => Path.Combine(directory.Path, name);

    private CleanupResult Line(string cleaner, long started, IReadOnlyList<string> found, IReadOnlyList<string> remaining, string? problem) => new()
    {
        Cleaner = cleaner,
        Found = found,
        Cleaned = problem is null ? found : [],
        Remaining = remaining,
        Outcome = problem is null ? Clean : Failed,
        Message = problem,
        DurationMs = timeProvider.GetElapsedTime(started).TotalMilliseconds,
    };
}
