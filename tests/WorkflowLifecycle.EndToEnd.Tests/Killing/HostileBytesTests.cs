using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>Names, arguments and variables that are made to mislead.</summary>
public sealed class HostileBytesTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    [Trait("Scenario", "S19")]
    public async Task Processes_WithHostileNames_AreParsedAndEnded(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("hostile", "first"));
        await Wait.UntilAsync("the other one has its name", async () =>
            (await engine.Registry.InspectAsync(process.RunId)).Any(entry => entry.Name.StartsWith("a) R 1 1", StringComparison.Ordinal)));

        IReadOnlyList<ProcessSnapshot> tree = await engine.Registry.InspectAsync(process.RunId);

        ProcessSnapshot hostile = Assert.Single(tree, entry => entry.Pid != process.Identity.Pid);
        Assert.Equal((process.Identity.Pid, 'S'), (hostile.ParentPid, hostile.State));
        Assert.True(hostile.StartTicks >= process.Identity.StartTicks);
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(2, report.ProcessesBefore.Count);
        Assert.Equal(2, (await engine.Kills.FindReportAsync(report.KillId))!.ProcessesBefore.Count);
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S19")]
    public async Task Arguments_WithHostileCharacters_ReachTheProgramAndTheStore()
    {
        Engine engine = Start();
        string[] hostile = ["\u001b[2J", "line\nbreak", "'; drop table workflow_processes; --", "%s%n", string.Empty, "\u202eabc", "\U0001F600", ") R 1 1 ("];

        RunResult result = await engine.Launcher.RunAsync(engine.Request("printf", ["%s|", .. hostile]) with { Workflow = "a'b\"c%" });

        Assert.Equal(string.Join('|', hostile) + '|', result.StandardOutput);
        RunRecord row = await engine.RowAsync(result.RunId);
        Assert.Equal(["%s|", .. hostile], row.Arguments);
        Assert.Equal("a'b\"c%", row.Workflow);
    }
}
