using System.Collections.Concurrent;
using NSubstitute;
using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Support;

/// <summary>Programs that start when they are launched, and end when a test says so.</summary>
internal sealed class Launches
{
    private readonly Engine _engine;
    private readonly ConcurrentDictionary<RunId, TaskCompletionSource<EndNotice?>> _ends = new();

    public Launches(Engine engine)
    {
        _engine = engine;
        engine.Platform.PrepareAsync(default!, default).ReturnsForAnyArgs(call => Prepare(call.Arg<ContainmentSpec>().RunId));
    }

    public Task<ITrackedProcess> LaunchAsync(string id = "run_1", params IReadOnlyList<string>? cleaners) =>
        _engine.Launcher.LaunchAsync(new LaunchRequest("/bin/agent") { RunId = RunId.Parse(id), Output = OutputMode.Discard, Cleaners = cleaners is { Count: > 0 } ? cleaners : null });

    public void End(string id = "run_1") => _ends[RunId.Parse(id)].TrySetResult(Sample.Left);

    public void EndAll()
    {
        foreach (TaskCompletionSource<EndNotice?> end in _ends.Values)
        {
            end.TrySetResult(Sample.Left);
        }
    }

    private IPreparedRun Prepare(RunId runId)
    {
        TaskCompletionSource<EndNotice?> ended = _ends.GetOrAdd(runId, _ => new TaskCompletionSource<EndNotice?>());
        IHeldRun held = Substitute.For<IHeldRun>();
        held.Root.Returns(Sample.Process(200));
        held.Ended.Returns(ended.Task);
        held.Exited.Returns(Task.FromResult(new ExitNotice(null, null)));
        held.Signals.Returns(AsyncEnumerable.Empty<HoldSignal>());
        IPreparedRun prepared = Substitute.For<IPreparedRun>();
        prepared.Containment.Returns(Sample.Run("x", _engine.Directory).Containment!);
        prepared.GoAsync(default).ReturnsForAnyArgs(held);
        return prepared;
    }
}
