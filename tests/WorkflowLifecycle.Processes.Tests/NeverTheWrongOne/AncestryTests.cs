using WorkflowLifecycle.Processes.Linux.Proc;

namespace WorkflowLifecycle.Processes.Tests.NeverTheWrongOne;

public sealed class AncestryTests
{
    private readonly Machine _machine = Machine.Read();

    private ProcessIdentity Self => _machine.Identify(Environment.ProcessId)!;

    private int? Find(ProcessIdentity shim) =>
        Ancestry.FindInside(new ContainmentRecord { Strength = ContainmentStrength.Reaper, RunDirectory = "/nowhere", Shim = shim }, _machine);

    [Fact]
    [Trait("Scenario", "S72")]
    public void FindInside_OurselvesAsTheShim_IsFound() => Assert.Equal(Environment.ProcessId, Find(Self));

    [Fact]
    [Trait("Scenario", "S02")]
    public void FindInside_AShimWhosePidIsOursByNow_IsNotFound()
    {
        Assert.Null(Find(Self with { StartTicks = Self.StartTicks - 1 }));
        Assert.Null(Find(Self with { BootId = Guid.NewGuid().ToString() }));
        Assert.Null(Find(Self with { PidNamespace = 1 }));
        Assert.Null(Find(Self with { HostId = "elsewhere" }));
    }
}
