using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Telemetry;

namespace WorkflowLifecycle.Registry;

/// <summary>A process that launches is a host: it announces its store, so that <c>workflowctl</c> finds it without being told.</summary>
internal sealed class StoreHost(IProcessStore store, KillSpool spool, IOptions<WorkflowLifecycleOptions> options, TimeProvider timeProvider, ILogger<StoreHost> logger) : IDisposable
{
    private readonly Lock _lock = new();
    private StoreAnnouncer? _announcer;
    private bool _told;

    public void Announce()
    {
        lock (_lock)
        {
            if (_told)
            {
                return;
            }

            _told = true;
            spool.Prepare();
            if (store is InMemoryProcessStore)
            {
                Log.StoreIsInMemory(logger);
                return;
            }

            _announcer = StoreAnnouncer.TryAnnounce(store.Location, timeProvider, options.Value.RuntimeDirectory, out string? problem);
            if (problem is not null)
            {
                Log.StoreNotAnnounced(logger, store.Location, problem);
            }
        }
    }

    public void Dispose() => _announcer?.Dispose();
}
