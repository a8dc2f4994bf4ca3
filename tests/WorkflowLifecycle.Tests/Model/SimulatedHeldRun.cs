using System.Threading.Channels;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

/// <summary>A tree as its host sees it, and as long as that lives.</summary>
internal sealed class SimulatedHeldRun(ProcessIdentity root, SimulatedHost host) : IHeldRun
{
    private readonly TaskCompletionSource<ExitNotice> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EndNotice?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HoldSignal> _signals = Channel.CreateUnbounded<HoldSignal>();

    public ProcessIdentity Root { get; } = root;

    public Stream? StandardInput => null;

    public Stream? StandardOutput => null;

    public Stream? StandardError => null;

    public Task<ExitNotice> Exited => _exited.Task;

    public Task<EndNotice?> Ended => _ended.Task;

    public IAsyncEnumerable<HoldSignal> Signals => _signals.Reader.ReadAllAsync();

    public void Say(HoldSignal signal)
    {
        if (!host.IsDead)
        {
            _signals.Writer.TryWrite(signal);
        }
    }

    public void Exit(ExitNotice exit)
    {
        if (!host.IsDead)
        {
            _exited.TrySetResult(exit);
        }
    }

    public void Finish(EndNotice end)
    {
        if (!host.IsDead)
        {
            _exited.TrySetResult(end.Exit ?? new ExitNotice(null, null));
            _ended.TrySetResult(end);
            _signals.Writer.TryComplete();
        }
    }

    public void Lose()
    {
        if (!host.IsDead)
        {
            _exited.TrySetResult(new ExitNotice(null, null));
            _ended.TrySetResult(null);
            _signals.Writer.TryComplete();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
