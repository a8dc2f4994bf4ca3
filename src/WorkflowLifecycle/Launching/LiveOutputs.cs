using System.Collections.Concurrent;

namespace WorkflowLifecycle.Launching;

/// <summary>The output of the runs that this host reads itself, for as long as they live.</summary>
internal sealed class LiveOutputs
{
    private readonly ConcurrentDictionary<RunId, HostOutput> _outputs = new();

    public HostOutput? Find(RunId runId) => _outputs.GetValueOrDefault(runId);

    /// <summary>Keeps it until the run's end is known.</summary>
    public void Keep(RunId runId, HostOutput output, Task end)
    {
        _outputs[runId] = output;
        _ = ForgetAsync(runId, end);
    }

    private async Task ForgetAsync(RunId runId, Task end)
    {
        await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _outputs.TryRemove(runId, out _);
    }
}
