using WorkflowLifecycle.Cleanup.Debts;
using WorkflowLifecycle.Retention;
using WorkflowLifecycle.Spooling;

namespace WorkflowLifecycle.Hosting;

/// <summary>What a host does beside its runs, from its start to its end.</summary>
internal sealed class BackgroundWork(DebtLoop debts, RetentionLoop retention, SpoolLoop spool) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _working = Task.CompletedTask;

    public void Start() => _working = Task.WhenAll(Task.Run(() => debts.RunAsync(_stop.Token)), Task.Run(() => retention.RunAsync(_stop.Token)), Task.Run(() => spool.RunAsync(_stop.Token)));

    /// <summary>Returns when it has stopped, which is soon: no cleaner is waited for.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
