using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Launching;

/// <summary>The program's pipes, handed to the reader as they are: nothing in between keeps, changes or delays a byte.</summary>
internal sealed class OutputStreams : HostOutput
{
    private readonly TaskCompletionSource _firstOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutputReadStream _output;
    private readonly OutputReadStream _error;

    public OutputStreams(IHeldRun held, TimeProvider timeProvider)
    {
        _output = new OutputReadStream(held.StandardOutput ?? Stream.Null, () => _firstOutput.TrySetResult(), timeProvider);
        _error = new OutputReadStream(held.StandardError ?? Stream.Null, () => _firstOutput.TrySetResult(), timeProvider);
    }

    public override Task FirstOutput => _firstOutput.Task;

    public override Stream RawOutput => _output;

    public override Stream RawError => _error;

    // The end of a run does not wait for its reader, who may take as long as there is something to read.
    public override Task FinishAsync(TimeSpan limit, TimeProvider timeProvider)
    {
        _output.EndWithin(limit);
        _error.EndWithin(limit);
        return Task.CompletedTask;
    }

    public override void Dispose()
    {
        _ = Task.Run(_output.DrainAsync);
        _ = Task.Run(_error.DrainAsync);
    }
}
