using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace WorkflowLifecycle.Cli.Tests.Harness;

/// <summary>A launched run that does what the test says.</summary>
internal sealed class ScriptedProcess : ITrackedProcess
{
    private readonly Channel<OutputLine> _lines = Channel.CreateUnbounded<OutputLine>();
    private readonly TaskCompletionSource<RunResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunId RunId => Sample.Id;

    public ProcessIdentity Identity => Sample.Run().Root!;

    public ContainmentStrength Strength => ContainmentStrength.CgroupAndReaper;

    public Stream StandardInput => Stream.Null;

    public ScriptedProcess Writes(OutputStream stream, string text, bool isCut = false)
    {
        Assert.True(_lines.Writer.TryWrite(new OutputLine(stream, text, isCut)));
        return this;
    }

    public ScriptedProcess Ends(int? exitCode, int? exitSignal = null)
    {
        _lines.Writer.TryComplete();
        _end.TrySetResult(new RunResult { RunId = RunId, State = RunState.Exited, ExitCode = exitCode, ExitSignal = exitSignal, Proof = EndProof.CgroupAndReaperEmpty });
        return this;
    }

    public async IAsyncEnumerable<OutputLine> ReadOutputLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (OutputLine line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            yield return line;
        }
    }

    public Task<RunResult> WaitForExitAsync(CancellationToken cancellationToken = default) => _end.Task.WaitAsync(cancellationToken);

    public Task MarkReadyAsync(string? status = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
