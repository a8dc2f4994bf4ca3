using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Recovery;

/// <summary>A kill whose executor dies is carried on by whoever starts next, and nobody asks for it.</summary>
[Trait("Scenario", "S21")]
public sealed class InterruptedKillTests : RecoveryTest
{
    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task GracefulKill_WhoseExecutorAndHostDie_IsEndedByTheNextHostWithTheSameId(string how)
    {
        (HelperProcess host, int root) = await LaunchKeptAsync([how, "--", .. Perl("stubborn")]);
        await Wait.UntilAsync("the program is ready", () => File.Exists(Path.Combine(OnlyRun, "stdout.log")) && File.ReadAllText(Path.Combine(OnlyRun, "stdout.log")).StartsWith("ready", StringComparison.Ordinal));
        KillRecord begun = await InterruptAsync(host, how, "grace=3");
        Assert.True(ProcessEntry.IsAlive(root));

        HelperProcess next = await ServeAsync(how);
        await UntilAsync("the run is over", row => row.State.IsFinal);

        RunRecord row = await RowAsync();
        Assert.Equal((RunState.Killed, begun.KillId), (row.State, row.KillId));
        KillRecord kill = (await Reader.Store.FindKillAsync(begun.KillId))!;
        Assert.Equal((KillState.Completed, KillOutcome.Killed), (kill.State, kill.Report!.Outcome));
        Assert.Equal(how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty, row.Proof);
        Assert.Single(await AuditAsync("IntentWritten"));
        Assert.Single(await AuditAsync("Completed"));
        Assert.Equal("system:recovery", Assert.Single(await AuditAsync("Resumed")).Actor);

        // What was left of its grace, and no second one.
        Assert.InRange((kill.CompletedAt!.Value - begun.RequestedAt).TotalSeconds, 2.9, 5);
        Assert.False(ProcessEntry.Exists(root));
        await LeaveAsync(next);
    }

    private string OnlyRun => Assert.Single(Directory.GetDirectories(Path.Combine(Room.RuntimeDirectory, "r")));
}
