using WorkflowLifecycle.Processes;

namespace WorkflowLifecycle.Tests.Model;

internal sealed class SimulatedPreparedRun(SimulatedMachine machine, SimulatedTree tree, SimulatedHost host) : IPreparedRun
{
    private bool _isOpen;

    public ContainmentRecord Containment => tree.Record;

    public Task<IHeldRun> GoAsync(CancellationToken cancellationToken = default) => host.Life.CallAsync($"go {tree.Spec.RunId}", () =>
    {
        lock (machine.Gate)
        {
            if (!machine.Open(tree))
            {
                throw new LaunchFailedException(LaunchStage.Shim, "The shim is gone.");
            }

            _isOpen = true;
            tree.Held = new SimulatedHeldRun(SimulatedMachine.Identity(tree.RootPid, tree.Boot), host);
            return Task.FromResult<IHeldRun>(tree.Held);
        }
    });

    public ValueTask DisposeAsync()
    {
        lock (machine.Gate)
        {
            if (!_isOpen && !host.IsDead)
            {
                machine.Undo(tree);
            }
        }

        return ValueTask.CompletedTask;
    }
}
