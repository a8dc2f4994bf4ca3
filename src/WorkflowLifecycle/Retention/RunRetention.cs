using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Permissions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Retention;

/// <summary>Forgets in small batches. The directories go first: of a row without its directory nothing is lost, and of a directory without its row nobody knows.</summary>
internal sealed class RunRetention(
    StoreStart start,
    IProcessStore store,
    StepWriter steps,
    IContainmentPlatform platform,
    RetainedDirectory directories,
    IOptions<WorkflowLifecycleOptions> options,
    TimeProvider timeProvider,
    ILogger<RunRetention> logger) : IRunRetention
{
    // One batch is one transaction, of some milliseconds: a kill that wants to write waits no longer for it.
    private const int Batch = 100;

    public async Task<RetentionReport> ApplyAsync(RetentionRequest request, ClaimsPrincipal actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(actor);
        if (request.OlderThan <= TimeSpan.Zero)
        {
            throw new ArgumentException("Runs are forgotten some time after their end: the time is above 0.", nameof(request));
        }

        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = timeProvider.GetUtcNow();
        TimeSpan age = request.OlderThan ?? options.Value.Retention;
        RetentionTally tally = new(age < now - DateTimeOffset.MinValue ? now - age : DateTimeOffset.MinValue, age, request.DryRun);
        string? cursor = null;
        do
        {
            EndPage page = await store.SearchEndsAsync(new EndQuery { EndedBefore = tally.EndedBefore, Limit = Batch, Cursor = cursor }, cancellationToken).ConfigureAwait(false);
            await ForgetAsync(page.Ends, tally, cancellationToken).ConfigureAwait(false);
            cursor = page.Next;
        }
        while (cursor is not null);

        if (tally.Runs > 0 && !request.DryRun)
        {
            await RecordAsync(tally, PrincipalSubject.Of(actor, options.Value.OwnerClaimType)).ConfigureAwait(false);
        }

        return tally.ToReport();
    }

    private async Task ForgetAsync(IReadOnlyList<EndedRun> ends, RetentionTally tally, CancellationToken cancellationToken)
    {
        List<RunId> ready = [];
        foreach (EndedRun end in ends)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((FindOpen(end) ?? FindElsewhere(end, tally) ?? directories.FindObstacle(end.Run)) is { } obstacle)
            {
                tally.Keep(end.Run.RunId, obstacle);
            }
            else if (!directories.Exists(end.Run))
            {
                ready.Add(end.Run.RunId);
            }
            else if (tally.IsDryRun || await directories.RemoveAsync(end.Run).ConfigureAwait(false) is not { } problem)
            {
                tally.CountDirectory();
                ready.Add(end.Run.RunId);
            }
            else
            {
                tally.Keep(end.Run.RunId, problem);
            }
        }

        if (tally.IsDryRun)
        {
            tally.Count(ready.Count);
        }
        else if (ready.Count > 0)
        {
            // The store looks once more: what was owed again in the meantime stays.
            PurgeResult purged = await store.PurgeAsync(
                new PurgeRequest { EndedBefore = tally.EndedBefore, RunIds = ready, Limit = ready.Count }, cancellationToken).ConfigureAwait(false);
            tally.Count(purged.Runs.Count);
        }
    }

    // A host there removes its directory with it. One that is never seen again must not keep its rows for ever.
    private string? FindElsewhere(EndedRun end, RetentionTally tally) =>
        directories.IsHere(end.Run) || tally.EndedBefore - end.EndedAt > tally.Age ? null : "it ran on another machine: a host there forgets it, or anybody when it is twice as old";

    private static string? FindOpen(EndedRun end) => end.MayBeForgotten ? null
        : end.OpenDebts > 0 ? $"it has {end.OpenDebts.ToString(CultureInfo.InvariantCulture)} open debts"
        : "a kill of it or a child run is not over";

    private async Task RecordAsync(RetentionTally tally, string actor)
    {
        AuditDraft entry = new()
        {
            ChainId = platform.Self.HostId,
            Stage = AuditStages.Pruned,
            At = timeProvider.GetUtcNow(),
            Actor = actor,
            Details = new Dictionary<string, string>
            {
                ["runs"] = tally.Runs.ToString(CultureInfo.InvariantCulture),
                ["directories"] = tally.Directories.ToString(CultureInfo.InvariantCulture),
                ["endedBefore"] = tally.EndedBefore.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            },
        };
        await steps.CommitAsync(PersistedStep.PruningRecorded, new StoreCommit { Audit = [entry] }, CommitDurability.Process, CancellationToken.None).ConfigureAwait(false);
        Log.RunsForgotten(logger, tally.Runs, tally.EndedBefore, tally.Directories, tally.KeptRuns);
    }
}
