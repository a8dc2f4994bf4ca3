using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Launching;

/// <summary>The program's pipes, handed to the reader as they are: nothing in between keeps, changes or delays a byte.</summary>
internal sealed class OutputStreams : HostOutput
{
    private readonly TaskCompletionSource _firstOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutputReadStream _output;
    private readonly OutputReadStream _error;

    public OutputStreams(IHeldRun held, TimeProvider timeProvider, PatternWatch? pattern)
        : base(pattern)
    {
        _output = new OutputReadStream(held.StandardOutput ?? Stream.Null, bytes => Note(OutputStream.Output, bytes), timeProvider);
        _error = new OutputReadStream(held.StandardError ?? Stream.Null, bytes => Note(OutputStream.Error, bytes), timeProvider);
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

    private void Note(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            Pattern?.Complete(stream);
            return;
        }

        _firstOutput.TrySetResult();
        Pattern?.Take(stream, bytes);
    }
}
