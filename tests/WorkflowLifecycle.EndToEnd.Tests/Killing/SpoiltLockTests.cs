using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>The program, with the rights of the same user, spoils the kill lock of its own run.</summary>
public sealed class SpoiltLockTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData("directory", KillMode.Graceful)]
    [InlineData("directory", KillMode.Emergency)]
    [InlineData("link", KillMode.Graceful)]
    [InlineData("link", KillMode.Emergency)]
    [InlineData("fifo", KillMode.Emergency)]
    [InlineData("gone", KillMode.Graceful)]
    [InlineData("held", KillMode.Graceful)]
    [InlineData("held", KillMode.Emergency)]
    public async Task Kill_WithASpoiltLock_EndsTheTreeAllTheSame(string spoilt, KillMode mode)
    {
        Engine engine = Start(configure: options => options.TerminateCeiling = TimeSpan.FromMilliseconds(200));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", "lock=" + spoilt, "relay"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, new("sabotage", WorkflowPrincipal.LocalUser()) { Mode = mode }).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(EndProof.CgroupAndReaperEmpty, report.Proof);
        Assert.InRange(report.DurationMs, 0, 5500);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
        Assert.True((await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20))).State.IsFinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("lock=gone")]
    [InlineData("lock=link")]
    [InlineData("lock=directory")]
    [InlineData("wipe")]
    public async Task Emergency_WithASpoiltLock_DoesNotTakeTheRunForOneThatIsCleanedAlready(string spoilt)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", spoilt, "relay"));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(report.DurationMs, 0, 5000);
    }

    [Theory(Timeout = Limit)]
    [InlineData("lock=directory")]
    [InlineData("lock=link")]
    [InlineData("wipe")]
    public async Task Exit_WithASpoiltLock_IsRecorded(string spoilt)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", spoilt));
        Signals.Send("KILL", process.Identity.Pid);

        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((RunState.Exited, EndProof.CgroupAndReaperEmpty), (result.State, result.Proof));
    }
}
