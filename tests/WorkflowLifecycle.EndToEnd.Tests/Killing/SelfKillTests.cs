using NSubstitute;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>A run that is asked to be ended by one of its own.</summary>
public sealed class SelfKillTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("self:1");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S72")]
    public async Task Kill_FromInsideARunTooLargeToListInTime_IsRefused()
    {
        HashSet<int> ancestors = [];
        Engine engine = Start(services: services => services.With<IContainmentPlatform>(platform => new DecoratedPlatform(platform)
        {
            Ancestors = () => ancestors,
            Opened = real =>
            {
                IContainment cut = Substitute.For<IContainment>();
                cut.Inspect(default, default).ReturnsForAnyArgs(_ => ancestors.Count > 0 ? new ProcessListing([], Truncated: true) : ProcessListing.Empty);
                return ancestors.Count > 0 ? cut : real;
            },
        }));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        ancestors = [1, (await engine.RowAsync(process.RunId)).Containment!.Shim!.Pid, process.Identity.Pid];

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());

        Assert.Equal(KillOutcome.Denied, report.Outcome);
        Assert.True(ProcessEntry.IsAlive(process.Identity.Pid));
        ancestors = [];
    }

    [Theory(Timeout = Limit)]
    [Trait("Scenario", "S72")]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency", 0)]
    [InlineData(ContainmentStrength.Reaper, "graceful", 0)]
    [InlineData(ContainmentStrength.CgroupAndReaper, "emergency", 2500)]
    public async Task Kill_FromInsideTheRun_IsRefusedAndAudited(ContainmentStrength strength, string mode, int crowd)
    {
        Engine engine = Start(strength);
        string programs = Path.Combine(AppContext.BaseDirectory, "programs");
        string beside = crowd == 0 ? "true" : $"perl {programs}/crowd.pl {crowd} > crowd & until grep -q ready crowd; do sleep 0.1; done";
        LaunchRequest request = engine.Shell($"{beside}; {HelperProcess.HostProgram} kill {Room.Path} {_id} {mode}; echo alive") with { RunId = _id };

        RunResult result = await engine.Launcher.RunAsync(request);

        Assert.Contains("report Denied", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("a run is not ended from inside", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("alive", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(RunState.Exited, result.State);
        Assert.Single(await engine.AuditAsync(_id), entry => entry.Stage == "Denied");
        Assert.DoesNotContain(await engine.AuditAsync(_id), entry => entry.Stage == "IntentWritten");
    }
}
