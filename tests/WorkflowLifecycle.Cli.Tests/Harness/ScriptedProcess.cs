using System.IO.Pipes;
using System.Text;

namespace WorkflowLifecycle.Cli.Tests.Harness;

/// <summary>A launched run that does what the test says, and writes into pipes as a program does.</summary>
internal sealed class ScriptedProcess : ITrackedProcess
{
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _error = new(PipeDirection.Out);
    private readonly TaskCompletionSource<RunResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ScriptedProcess()
    {
        StandardOutput = new AnonymousPipeClientStream(PipeDirection.In, _output.ClientSafePipeHandle);
        StandardError = new AnonymousPipeClientStream(PipeDirection.In, _error.ClientSafePipeHandle);
    }

    public RunId RunId => Sample.Id;

    public ProcessIdentity Identity => Sample.Run().Root!;

    public ContainmentStrength Strength => ContainmentStrength.CgroupAndReaper;

    public Stream StandardInput => Stream.Null;

    public Stream StandardOutput { get; }

    public Stream StandardError { get; }

    public ScriptedProcess Writes(OutputStream stream, string text)
    {
        (stream == OutputStream.Output ? _output : _error).Write(Encoding.UTF8.GetBytes(text));
        return this;
    }

    public ScriptedProcess Ends(int? exitCode, int? exitSignal = null, KillId? killId = null, bool closesOutput = true)
    {
        if (closesOutput)
        {
            _output.Dispose();
            _error.Dispose();
        }

        _end.TrySetResult(new RunResult
        {
            RunId = RunId,
            State = RunState.Exited,
            ExitCode = exitCode,
            ExitSignal = exitSignal,
            KillId = killId,
            Proof = EndProof.CgroupAndReaperEmpty,
        });
        return this;
    }

    public IAsyncEnumerable<OutputLine> ReadOutputLinesAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<OutputLine>();

    public Task<RunResult> WaitForExitAsync(CancellationToken cancellationToken = default) => _end.Task.WaitAsync(cancellationToken);

    public Task MarkReadyAsync(string? status = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<IAsyncDisposable> EnterCriticalSectionAsync(CriticalSectionKind kind, string name, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        _output.Dispose();
        _error.Dispose();
        return ValueTask.CompletedTask;
    }
}
