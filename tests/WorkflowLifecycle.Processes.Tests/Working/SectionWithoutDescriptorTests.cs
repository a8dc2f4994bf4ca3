using WorkflowLifecycle.Processes.Linux.Interop;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Working;

/// <summary>What a host that has no file descriptor left says of sections.</summary>
[Collection(nameof(AloneCollection))]
public sealed class SectionWithoutDescriptorTests : IDisposable
{
    private readonly WorkingRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    [Trait("Scenario", "S29")]
    public void Read_InAProcessWithoutAFreeDescriptor_StillFindsTheSection()
    {
        using IDisposable section = _run.Observer.EnterSection(_run.Containment, CriticalSectionKind.Git, "push");
        IReadOnlyList<CriticalSection> sections;
        _ = _run.Observer.ReadSections(_run.Containment);
        DescriptorReserve.Fill();
        using (new FullDescriptorTable())
        {
            sections = _run.Observer.ReadSections(_run.Containment);
        }

        DescriptorReserve.Fill();
        Assert.Equal(CriticalSectionKind.Git, Assert.Single(sections).Kind);
    }
}
