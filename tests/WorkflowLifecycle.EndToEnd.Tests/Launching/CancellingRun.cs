using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>A real shim at the gate, whose caller cancels between "go" and the answer.</summary>
internal sealed class CancellingRun(IPreparedRun prepared, CancellationTokenSource caller) : IPreparedRun
{
    public ContainmentRecord Containment => prepared.Containment;

    public Task<IHeldRun> GoAsync(CancellationToken cancellationToken = default)
    {
        Task<IHeldRun> going = prepared.GoAsync(cancellationToken);
        caller.Cancel();
        return going;
    }

    public ValueTask DisposeAsync() => prepared.DisposeAsync();
}
