using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>A run that is asked to be ended by one of its own.</summary>
public sealed class SelfKillTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("self:1");

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
