using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Isolation;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Redaction;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Cleanup.Watching;

/// <summary>One look of one watcher at one run that goes on, and the writing of what it found.</summary>
internal sealed class ResourceLook(
    IProcessStore store, IContainmentPlatform platform, RunUpdater updater, ToldResources told, IRedactor redactor, TimeProvider timeProvider, ILogger<ResourceLook> logger)
{
    /// <summary>The longest that a look may take, where the watcher's own ceiling is not lower.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(5);

    /// <summary>Takes it. Does not throw.</summary>
    public async Task<LookEnd> TakeAsync(WatchedRun watched)
    {
        try
        {
            using KillLimit reading = new(StoreLimit, timeProvider, watched.Over);
            RunRecord? run = await store.FindRunAsync(watched.RunId, reading.Token).AsTask().Observed().WaitAsync(reading.Token).ConfigureAwait(false);
            return run is null or { State.IsFinal: true } ? new LookEnd(TimeSpan.Zero, IsOver: true)
                : IsToBeLeftAlone(run) ? new LookEnd(TimeSpan.Zero)
                : await TakeAsync(watched, run).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Tell(watched, exception is OperationCanceledException ? "the store did not answer in time" : exception.Message);
            return new LookEnd(TimeSpan.Zero);
        }
    }

    // While it is being ended, its kill looks; before it is held there is nothing to look at.
    private static bool IsToBeLeftAlone(RunRecord run) => run.State == RunState.Stopping || run.State == RunState.KillUnconfirmed || run.Containment is null;

    private async Task<LookEnd> TakeAsync(WatchedRun watched, RunRecord run)
    {
        string cleaner = watched.Watcher.Name;
        RunResource[] known = [.. run.Resources.Where(resource => resource.Cleaner == cleaner)];
        watched.OfLaunch ??= known.Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
        using KillLimit limit = new(watched.Watcher.Ceiling < LongestLook ? watched.Watcher.Ceiling : LongestLook, timeProvider, watched.Over);
        long started = timeProvider.GetTimestamp();
        ForeignCall<IReadOnlyList<RunResource>?> look = new(stop => LookAsync(watched, run, known, started, stop));
        try
        {
            IReadOnlyList<RunResource>? next = await look.WaitAsync(limit.Token).ConfigureAwait(false);
            TimeSpan took = timeProvider.GetElapsedTime(started);
            if (next is not null && watched.TryBeginWrite())
            {
                await WriteAsync(watched, next).ConfigureAwait(false);
            }

            return new LookEnd(took);
        }
        catch (Exception exception)
        {
            Tell(watched, limit.Token.IsCancellationRequested ? "it did not answer in time" : exception.Message);
            return new LookEnd(timeProvider.GetElapsedTime(started), look.Work.IsCompleted ? null : look.Work);
        }
        finally
        {
            look.Abandon();
        }
    }

    // Null when nothing is to be written.
    private async Task<IReadOnlyList<RunResource>?> LookAsync(WatchedRun watched, RunRecord run, IReadOnlyList<RunResource> known, long started, CancellationToken stop)
    {
        ProcessListing members = BoundedLook.Members(platform, run);
        CleanupContext context = new()
        {
            Run = run,
            Moment = CleanupMoment.WhileRunning,
            Processes = members.Processes,
            ProcessesTruncated = members.Truncated,
            Known = told.Known(run, watched.Watcher.Name),
        };
        IReadOnlyList<RunResource> found = await watched.Watcher.DiscoverAsync(context, stop).ConfigureAwait(false);
        WatchedResources resources = new(watched.Watcher.Name, known, watched.OfLaunch!, found);
        if (!watched.Over.IsCancellationRequested)
        {
            told.Note(watched.RunId, watched.Watcher.Name, resources.Found);
        }

        return resources.HasNews ? resources.Without(await FindGoneAsync(watched, resources.Unseen, context, started, stop).ConfigureAwait(false)) : null;
    }

    // So that a run that makes and removes things all the time has those in its row that are there. What cannot be told stays known.
    private async Task<HashSet<string>> FindGoneAsync(
        WatchedRun watched, IReadOnlyList<RunResource> unseen, CleanupContext context, long started, CancellationToken stop)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        foreach (RunResource resource in unseen.TakeWhile(_ => timeProvider.GetElapsedTime(started) < LongestLook / 2))
        {
            try
            {
                if (!await watched.Watcher.ExistsAsync(resource, context, stop).ConfigureAwait(false))
                {
                    gone.Add(resource.Name);
                }
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                Tell(watched, exception.Message);
            }
        }

        return gone;
    }

    private async Task WriteAsync(WatchedRun watched, IReadOnlyList<RunResource> next)
    {
        try
        {
            string cleaner = watched.Watcher.Name;
            using KillLimit writing = new(StoreLimit, timeProvider, CancellationToken.None);
            await updater.UpdateAsync(
                PersistedStep.ResourcesRecorded,
                watched.RunId,
                row => row.State.IsFinal || IsToBeLeftAlone(row)
                    ? null
                    : new StoreCommit { UpdateRun = row with { Resources = [.. row.Resources.Where(resource => resource.Cleaner != cleaner), .. next] } },
                CommitDurability.Process,
                writing.Token).Observed().WaitAsync(writing.Token).ConfigureAwait(false);
        }
        finally
        {
            watched.EndWrite();
        }
    }

    private void Tell(WatchedRun watched, string why)
    {
        if (!watched.IsFailureTold && !watched.Over.IsCancellationRequested)
        {
            watched.IsFailureTold = true;
            try
            {
                Log.WatcherFailed(logger, watched.Watcher.Name, watched.RunId, redactor.RedactOrHide(why));
            }
            catch (Exception)
            {
                // What a look came to is not lost over a log that fails: a watcher that hangs would be asked twice at once.
                return;
            }
        }
    }
}
