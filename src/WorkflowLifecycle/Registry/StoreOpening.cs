using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>Opens the store, once, and does nothing else: for a kill, which has no time for more.</summary>
internal sealed class StoreOpening(IProcessStore store, IContainmentPlatform platform, ILogger<StoreOpening> logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _isOpen;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_isOpen)
        {
            return;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isOpen)
            {
                await store.InitializeAsync(cancellationToken).ConfigureAwait(false);
                Log.StoreOpened(logger, store.Location, platform.RuntimeRoot);
                _isOpen = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
