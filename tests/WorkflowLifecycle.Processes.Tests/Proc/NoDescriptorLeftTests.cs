using WorkflowLifecycle.Processes.Linux.Proc;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Proc;

/// <summary>What is said of processes by a host that has no file descriptor left.</summary>
[Collection(nameof(AloneCollection))]
public sealed class NoDescriptorLeftTests
{
    [Fact]
    [Trait("Scenario", "S29")]
    public void Look_WithoutAFreeDescriptor_IsUnknownAndNeverGone()
    {
        Machine machine = Machine.Read();
        ProcessIdentity self = machine.Identify(Environment.ProcessId)!;
        ProcessPresence seen;
        using (DescriptorLimit.Exhausted())
        {
            seen = machine.Look(self);
        }

        Assert.Equal(ProcessPresence.Unknown, seen);
        Assert.Equal(ProcessPresence.Present, machine.Look(self));
    }
}
