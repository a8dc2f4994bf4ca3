using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Opens the store before its first use, whoever comes first: a hosted service, or a call in a host that has none.</summary>
internal sealed class StoreStart(
    IProcessStore store, IContainmentPlatform platform, RemainsSweeper sweeper, StartRecovery recovery, SpoolLoop spool, TimeProvider timeProvider, ILogger<StoreStart> logger) : IDisposable
{
    private static readonly TimeSpan MergeLimit = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Task _merging = Task.CompletedTask;
    private volatile bool _started;

    /// <summary>Opens it. What was spooled comes first: it may say how runs ended whose rows go on.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (!_merging.IsCompleted)
        {
            // Nobody waits long for a store that can be read alone.
            using KillLimit limit = new(MergeLimit, timeProvider, cancellationToken);
            await _merging.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Opens it, for who has no time for anything else.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_started)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_started)
            {
                await store.InitializeAsync(cancellationToken).ConfigureAwait(false);
                Log.StoreOpened(logger, store.Location, platform.RuntimeRoot);
                _merging = spool.MergeAsync(_stop.Token);
                _started = true;
                sweeper.Begin();
                recovery.Begin();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _gate.Dispose();
    }
}
