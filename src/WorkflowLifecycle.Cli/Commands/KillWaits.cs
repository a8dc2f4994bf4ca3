using System.Collections.Concurrent;

namespace WorkflowLifecycle.Cli.Commands;

/// <summary>
/// What kills of some runs wait for at the moment, as whoever carries them out says in the event stream. It listens from beside: a store
/// that does not answer leaves it without knowledge, and nobody waits for it.
/// </summary>
internal sealed class KillWaits : IAsyncDisposable
{
    private const string WaitingKind = "kill.waiting";

    // A kill that is joined may have said before what it waits for.
    private const long EventsBefore = 200;

    private readonly ConcurrentDictionary<RunId, string> _waits = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;

    /// <param name="session">The library on the store.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="onChange">Told whenever a kill waits for something else; empty when for nothing any more.</param>
    public KillWaits(IWorkflowSession session, IReadOnlyList<RunId> runs, Action<RunId, string>? onChange = null) =>
        _listening = Task.Run(() => ListenAsync(session, [.. runs], onChange));

    /// <summary>What the kill of that run waits for; empty when for nothing, or it is not known.</summary>
    public string Of(RunId run) => _waits.GetValueOrDefault(run, string.Empty);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ListenAsync(IWorkflowSession session, HashSet<RunId> runs, Action<RunId, string>? onChange)
    {
        EventCursor last = await session.Store.ReadLastCursorAsync(_stop.Token).ConfigureAwait(false);
        EventCursor before = new(Math.Max(0, last.Position - EventsBefore));
        await foreach (RunEvent runEvent in session.Registry.WatchAsync(before, _stop.Token).ConfigureAwait(false))
        {
            if (runEvent.Kind == WaitingKind && runs.Contains(runEvent.RunId) && runEvent.Message is { } waiting && Of(runEvent.RunId) != waiting)
            {
                _waits[runEvent.RunId] = waiting;
                onChange?.Invoke(runEvent.RunId, waiting);
            }
        }
    }
}
