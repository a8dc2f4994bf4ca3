using Microsoft.Extensions.Logging;
using NSubstitute;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>A kill whose end nobody sees within the ceiling. The fault is injected: a real process that nothing ends cannot be had on order.</summary>
public sealed class UnconfirmedTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("unconfirmed:1");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S04")]
    public async Task Kill_ThatEndsNothing_NamesTheSurvivorsAndSettlesWhenTheEndComes()
    {
        Engine engine = Start(services: services => services.With<IContainmentPlatform>(platform => new DecoratedPlatform(platform) { Opened = Paralyse }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn", "2") with { RunId = _id });

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.KillUnconfirmed, EndProof.None), (report.Outcome, report.Proof));
        Assert.Equal(3, report.Survivors.Count);
        Assert.Contains(process.Identity.Pid, report.Survivors.Select(survivor => survivor.Pid));
        Assert.Empty(report.Cleanup);
        Assert.NotNull(report.Message);
        Assert.Equal(RunState.KillUnconfirmed, (await engine.RowAsync(_id)).State);
        Assert.Contains(engine.Logs.Entries, entry => entry.Id == 303 && entry.Level == LogLevel.Error);
        Assert.Contains(await engine.AuditAsync(_id), entry => entry.Stage == "Unconfirmed" && entry.Details["survivors"] == "3");
        Assert.DoesNotContain(await engine.AuditAsync(_id), entry => entry.Stage is "ProvenDead" or "Completed");
        Assert.True(Directory.Exists((await engine.RowAsync(_id)).Containment!.RunDirectory));

        foreach (ProcessSnapshot survivor in report.Survivors)
        {
            Signals.Send("KILL", survivor.Pid);
        }

        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((RunState.Killed, report.KillId, EndProof.CgroupAndReaperEmpty), (result.State, result.KillId, result.Proof));
        Assert.Equal(KillOutcome.Killed, (await engine.Kills.FindReportAsync(report.KillId))!.Outcome);
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Completed");
    }

    // The run's own monitor sees the end first, and finds a kill that is open: it must not close it as one that found nobody.
    private static async Task<EndNotice?> WaitLateAsync(IContainment real, CancellationToken cancellationToken)
    {
        EndNotice? end = await real.WatchEndAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        return end;
    }

    // Everything is real but the end: nobody is signalled, and only the shim's own word counts.
    private static IContainment Paralyse(IContainment real)
    {
        IContainment paralysed = Substitute.For<IContainment>();
        paralysed.Strength.Returns(_ => real.Strength);
        paralysed.LockAsync(default).ReturnsForAnyArgs(call => real.LockAsync(call.Arg<CancellationToken>()));
        paralysed.ConnectAsync(default).ReturnsForAnyArgs(call => real.ConnectAsync(call.Arg<CancellationToken>()));
        paralysed.Count(default).ReturnsForAnyArgs(call => real.Count(call.Arg<InspectionDepth>()));
        paralysed.Inspect(default, default).ReturnsForAnyArgs(call => real.Inspect(call.Arg<InspectionDepth>(), call.Arg<TimeSpan>()));
        paralysed.WatchEndAsync(default).ReturnsForAnyArgs(call => real.WatchEndAsync(call.Arg<CancellationToken>()));
        paralysed.WaitForEndAsync(default).ReturnsForAnyArgs(call => WaitLateAsync(real, call.Arg<CancellationToken>()));
        paralysed.IsPopulated().Returns(_ => real.IsPopulated());
        paralysed.CleanAsync(default, default).ReturnsForAnyArgs(call => real.CleanAsync(call.Arg<bool>(), call.Arg<CancellationToken>()));
        paralysed.DiscardRecords(default).ReturnsForAnyArgs(call => real.DiscardRecords(call.Arg<bool>()));
        paralysed.DisposeAsync().Returns(_ => real.DisposeAsync());
        return paralysed;
    }
}
