using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Exhaustion;

/// <summary>A host that has hardly any memory left, or none.</summary>
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

    // The kill may succeed, or fail and its host with it: then the dead-man's switch ends the tree. Nothing in between.
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Host_WhoseHeapIsFull_LeavesNothingHalfDone(ContainmentStrength strength)
    {
        await BesiegeToTheEndAsync(strength, SmallHeap, ["memory", "emergency"], Stubborn);

        Engine engine = Start();
        RunRecord row = await engine.RowAsync(Besieged);
        Assert.Equal((RunState.Killed, strength == ContainmentStrength.Reaper ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty), (row.State, row.Proof));
        Assert.True(row.KillId is not { } killId || await engine.Store.FindKillAsync(killId) is { IsOpen: false });
    }
}
