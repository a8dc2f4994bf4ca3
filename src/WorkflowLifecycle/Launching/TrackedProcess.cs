using WorkflowLifecycle.CriticalSections;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Launching;

/// <summary>What the launching code holds in its hand.</summary>
internal sealed class TrackedProcess(RunId runId, IHeldRun held, ContainmentStrength strength, RunMonitor monitor, HostOutput? output, SectionEntrance sections)
    : ITrackedProcess
{
    private readonly Stream _input = held.StandardInput ?? new MemoryStream([], writable: false);
    private bool _detached;

    public RunId RunId { get; } = runId;

    public ProcessIdentity Identity { get; } = held.Root;

    public ContainmentStrength Strength { get; } = strength;

    public Stream StandardInput => _input;

    public Stream StandardOutput => output?.RawOutput ?? Stream.Null;

    public Stream StandardError => output?.RawError ?? Stream.Null;

    public IAsyncEnumerable<OutputLine> ReadOutputLinesAsync(CancellationToken cancellationToken = default) =>
        output?.ReadLinesAsync(cancellationToken) ?? AsyncEnumerable.Empty<OutputLine>();

    public Task<RunResult> WaitForExitAsync(CancellationToken cancellationToken = default) => monitor.Result.WaitAsync(cancellationToken);

    public Task MarkReadyAsync(string? status = null, CancellationToken cancellationToken = default) => monitor.MarkReadyAsync(status, cancellationToken);

    public Task<IAsyncDisposable> EnterCriticalSectionAsync(CriticalSectionKind kind, string name, CancellationToken cancellationToken = default) =>
        sections.EnterAsync(RunId, kind, name, cancellationToken);

    public ValueTask DisposeAsync()
    {
        // Detached, not ended: the pipes go on being drained, only nobody keeps what comes out of them.
        if (!_detached)
        {
            _detached = true;
            output?.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}
