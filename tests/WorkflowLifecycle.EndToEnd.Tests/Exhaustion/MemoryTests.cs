using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Exhaustion;

/// <summary>A host that has hardly any memory left.</summary>
public sealed class MemoryTests : SiegeTest
{
    private static string[] SmallHeap { get; } = ["env", "DOTNET_GCHeapHardLimit=0x3000000"];

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency")]
    [InlineData(ContainmentStrength.Reaper, "emergency")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "grace=0.5")]
    public async Task Host_WhoseHeapIsNearlyFull_EndsItsRunAndWritesItDown(ContainmentStrength strength, string how)
    {
        KillReport report = await BesiegeAsync(strength, SmallHeap, ["memory", "spare=6000000", how], Stubborn);

        await ProvesAsync(report, strength);
    }
}
