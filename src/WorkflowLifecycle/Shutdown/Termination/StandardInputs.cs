using System.Collections.Concurrent;

namespace WorkflowLifecycle.Shutdown;

/// <summary>The standard inputs that this host holds, for ladders that tell a program to leave by a line.</summary>
internal sealed class StandardInputs
{
    private readonly ConcurrentDictionary<RunId, Stream> _inputs = new();

    /// <summary>Keeps a run's input until the run is over.</summary>
    public void Keep(RunId runId, Stream? input, Task over)
    {
        if (input is not null && _inputs.TryAdd(runId, input))
        {
            _ = over.ContinueWith(_ => _inputs.TryRemove(runId, out Stream? _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    public Stream? Find(RunId runId) => _inputs.GetValueOrDefault(runId);
}
