using System.Runtime.CompilerServices;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Redaction;

namespace WorkflowLifecycle.Registry;

/// <summary>The registry over a store, reconciled with reality on the way out.</summary>
internal sealed class ProcessRegistry(
    StoreStart start, IProcessStore store, IContainmentPlatform platform, RunReconciler reconciler, EventSignal signal, IRedactor redactor, TimeProvider timeProvider)
    : IProcessRegistry
{
    private const int LongestName = 200;

    private const int EventsPerRead = 500;

    // Other processes' commits reach us only by looking; a person who watches does not notice a quarter of a second.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan HolderLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan InspectionLimit = TimeSpan.FromSeconds(2);

    public async Task<RunRecord?> FindAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        RunRecord? run = await store.FindRunAsync(runId, cancellationToken).ConfigureAwait(false);
        return run is null ? null : await reconciler.ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RunPage> SearchAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        RunPage page = await store.SearchRunsAsync(query, cancellationToken).ConfigureAwait(false);
        List<RunRecord> runs = new(page.Runs.Count);
        foreach (RunRecord run in page.Runs)
        {
            RunRecord reconciled = await reconciler.ReconcileAsync(run, cancellationToken).ConfigureAwait(false);
            if (query.States.Count > 0 ? query.States.Contains(reconciled.State) : query.IncludeFinished || !reconciled.State.IsFinal)
            {
                runs.Add(reconciled);
            }
        }

        return page with { Runs = runs };
    }

    public async Task<IReadOnlyList<ProcessSnapshot>> InspectAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        RunRecord run = await FindAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
        if (run.Containment is null || run.State.IsFinal)
        {
            return [];
        }

        IContainment containment = platform.Open(run);
        await using (containment.ConfigureAwait(false))
        {
            return redactor.RedactProcesses(containment.Inspect(InspectionDepth.Full, InspectionLimit).Processes);
        }
    }

    public async Task<IReadOnlyList<CriticalSection>> ReadCriticalSectionsAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        RunRecord run = await FindAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
        return run.Containment is not { } containment || run.State.IsFinal
            ? []
            : [.. platform.Work.ReadSections(containment).Select(section => section with { Name = Cut(redactor.RedactText(section.Name)) })];
    }

    public async Task<RunReceipt?> FindReceiptAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(runId, cancellationToken).ConfigureAwait(false) is not { State.IsFinal: true } run)
        {
            return null;
        }

        // A run that was killed at the gate has both: the kill's, and what its launcher took away.
        RunReceipt? own = await store.FindReceiptAsync(runId, cancellationToken).ConfigureAwait(false);
        return run.KillId is { } killId && await store.FindKillAsync(killId, cancellationToken).ConfigureAwait(false) is { Report: { } report, CompletedAt: { } at }
            ? new RunReceipt { RunId = runId, KillId = killId, At = own?.At > at ? own.At : at, Cleanup = [.. report.Cleanup, .. own?.Cleanup ?? []] }
            : own;
    }

    public async Task<RunRecord> WaitForEndAsync(RunId runId, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            RunRecord run = await FindAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new RunNotFoundException(runId, store.Location);
            if (run.State.IsFinal)
            {
                return run;
            }

            await WaitForSignAsync(run, cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<RunEvent> WatchAsync(EventCursor? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await start.EnsureAsync(cancellationToken).ConfigureAwait(false);
        EventCursor cursor = after ?? await store.ReadLastCursorAsync(cancellationToken).ConfigureAwait(false);
        while (!cancellationToken.IsCancellationRequested)
        {
            Task next = signal.Next;
            IReadOnlyList<RunEvent> events = await store.ReadEventsAsync(cursor, EventsPerRead, cancellationToken).ConfigureAwait(false);
            foreach (RunEvent runEvent in events)
            {
                cursor = runEvent.Cursor;
                yield return runEvent;
            }

            if (events.Count == 0)
            {
                await Task.WhenAny(next, Task.Delay(LookInterval, timeProvider, cancellationToken)).ConfigureAwait(false);
            }
        }
    }

    // The holder of a tree says when it is over; the row follows by whoever is in charge of it.
    private async Task WaitForSignAsync(RunRecord run, CancellationToken cancellationToken)
    {
        if (run.Containment is not null)
        {
            IContainment containment = platform.Open(run);
            await using (containment.ConfigureAwait(false))
            {
                await containment.ConnectAsync(cancellationToken).ConfigureAwait(false);

                // Not for ever: a holder that is stopped never says it, while another process ends the run without it.
                using CancellationTokenSource watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(containment.WatchEndAsync(watching.Token), Task.Delay(HolderLimit, timeProvider, watching.Token)).ConfigureAwait(false);
                await watching.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        await Task.WhenAny(signal.Next, Task.Delay(EndInterval, timeProvider, cancellationToken)).ConfigureAwait(false);
    }

    private static string Cut(string text) => text.Length > LongestName ? text[..LongestName] : text;
}
