using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.Registry;

/// <summary>
/// Opens the store before its first use, whoever comes first: a hosted service, or a call in a host that has none. Then it begins what a process does
/// at its start: it merges what was spooled, sweeps what was left, and settles the rows of hosts that died.
/// </summary>
internal sealed class StoreStart(StoreOpening opening, RemainsSweeper sweeper, StartRecovery recovery, SpoolLoop spool, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan MergeLimit = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task? _merging;

    /// <summary>Opens it. What was spooled comes first: it may say how runs ended whose rows go on.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        Task merging = Begin();
        if (!merging.IsCompleted)
        {
            // Nobody waits long for a store that can be read alone.
            using KillLimit limit = new(MergeLimit, timeProvider, cancellationToken);
            await merging.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private Task Begin()
    {
        lock (_lock)
        {
            if (_merging is null)
            {
                _merging = spool.MergeAsync(_stop.Token);
                sweeper.Begin();
                recovery.Begin(_merging);
            }

            return _merging;
        }
    }
}
