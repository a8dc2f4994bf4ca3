using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Auditing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Steps;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Recovery;

/// <summary>
/// Looks, once per process and beside its work, for run directories of our own root that were not cleaned to the end. Only a row that is
/// final lets it touch one: a run that is unknown here may be another store's.
/// </summary>
internal sealed class RemainsSweeper(
    IProcessStore store, StepWriter steps, IContainmentPlatform platform, EndRecords records, AuditDrafts audit, TimeProvider timeProvider, ILogger<RemainsSweeper> logger) : IAsyncDisposable, IDisposable
{
    private const string Actor = "system:recovery";

    private static readonly TimeSpan LookLimit = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Begins; nobody waits for it.</summary>
    public void Begin() => _sweeping = Task.Run(SweepAsync);

    /// <summary>Looks for what one run left: its row has only just become final, and the look at the start found that it was not.</summary>
    public async Task SweepAsync(RunRecord run)
    {
        try
        {
            foreach (RunRemains remains in RuntimeDirectories.FindRemains(platform.RuntimeRoot).Where(remains => remains.InternalId == run.InternalId))
            {
                await SweepAsync(remains).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // The next start looks again.
            Log.SweepFailed(logger, platform.RuntimeRoot, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        _stop.Dispose();
    }

    // A container that is disposed synchronously refuses services that can only be disposed asynchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private async Task SweepAsync()
    {
        try
        {
            foreach (RunRemains remains in RuntimeDirectories.FindRemains(platform.RuntimeRoot))
            {
                _stop.Token.ThrowIfCancellationRequested();
                await SweepAsync(remains).ConfigureAwait(false);
            }

            if (RuntimeDirectories.ClearUnfinished(platform.RuntimeRoot, timeProvider) is { } age)
            {
                await Task.Delay(age, timeProvider, _stop.Token).ConfigureAwait(false);
                _ = RuntimeDirectories.ClearUnfinished(platform.RuntimeRoot, timeProvider);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception exception)
        {
            Log.SweepFailed(logger, platform.RuntimeRoot, exception);
        }
    }

    private async Task SweepAsync(RunRemains remains)
    {
        RunRecord? row = await store.FindRunAsync(remains.RunId, _stop.Token).ConfigureAwait(false);
        if (row is not { State.IsFinal: true } || row.InternalId != remains.InternalId
            || (row.Containment is { } recorded && recorded.RunDirectory != remains.Containment.RunDirectory))
        {
            return;
        }

        // A host that died before it could write down what holds the run left it in the directory.
        RunRecord run = row with { Containment = row.Containment ?? remains.Containment };
        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            using IDisposable? held = await TryLockAsync(containment).ConfigureAwait(false);
            if (held is null || containment.IsPopulated() == true || containment.Inspect(InspectionDepth.Full, LookLimit).Processes.Count > 0)
            {
                // Somebody is cleaning right now; or something lives in there, whatever the row says, and that is for a person to see.
                return;
            }

            await containment.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
            IReadOnlyList<CleanupResult> receipt = await containment.FreeAsync(run, steps).ConfigureAwait(false);
            StoreCommit commit = new() { Audit = [.. audit.Cleaned(run.RunId, Actor, run.KillId, receipt)] };
            await steps.CommitAsync(PersistedStep.RemainsRecorded, commit, CommitDurability.Process, CancellationToken.None).ConfigureAwait(false);
            await records.DiscardAsync(run).ConfigureAwait(false);
            Log.Swept(logger, run.RunId);
        }
    }

    private static async Task<IDisposable?> TryLockAsync(IContainment containment)
    {
        try
        {
            return await containment.LockAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
