using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Recovery;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Opens the store before its first use, whoever comes first: a hosted service, or a call in a host that has none.</summary>
internal sealed class StoreStart(IProcessStore store, IContainmentPlatform platform, RemainsSweeper sweeper, StartRecovery recovery, ILogger<StoreStart> logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _started;

    public async Task EnsureAsync(CancellationToken cancellationToken)
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

    public void Dispose() => _gate.Dispose();
}
