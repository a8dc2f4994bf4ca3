using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Permissions;

/// <summary>A host that is not root, and a child of its run that became root.</summary>
public sealed class ForeignUserTests : EndToEndTest
{
    private const string Nobody = "65534";

    private static readonly RunId _id = RunId.Parse("foreign:1");

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S16")]
    public async Task Child_ThatBecameRoot_IsNamedAsSurvivorAndEndedByRoot()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Making a set-user-id program takes root.");
        Assert.SkipUnless(await CanAsync("test", "-x", HelperProcess.HostProgram), "The user nobody cannot reach the build output.");
        await ShellAsync($"chown {Nobody}:{Nobody} . && cp /usr/bin/setpriv become && chmod 4755 become");
        Assert.SkipUnless(await CanAsync("./become", "--reuid", "0", "true"), "The file system of the temporary directory ignores set-user-id.");
        HelperProcess host = StartAsNobody(
            "launch", "reaper", "keep", "--", "/bin/sh", "-c", "./become --reuid 0 --regid 0 --clear-groups sleep 50 & echo $! > child; wait");
        await host.ReadAsync("launched");
        await Wait.UntilAsync("the child is root's", () => ProcessEntry.StandingIn(Room.Path).Any(entry => entry.CommandLine.StartsWith("sleep 50", StringComparison.Ordinal)));
        int child = ProcessEntry.StandingIn(Room.Path).Single(entry => entry.CommandLine.StartsWith("sleep 50", StringComparison.Ordinal)).Pid;

        string report = await StartAsNobody("kill", "reaper", "emergency").ReadAsync("report");

        Assert.True(report.StartsWith("KillUnconfirmed", StringComparison.Ordinal), report);
        Assert.True(ProcessEntry.IsAlive(child));
        Engine engine = Start(ContainmentStrength.Reaper);
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal(RunState.KillUnconfirmed, row.State);
        KillReport unconfirmed = (await engine.Kills.FindReportAsync(row.KillId!.Value))!;
        Assert.Equal([child], unconfirmed.Survivors.Select(survivor => survivor.Pid));

        KillReport proven = await engine.Kills.KillAsync(_id, Engine.Emergency("root can"));

        Assert.Equal((KillOutcome.Killed, EndProof.ReaperEmpty, row.KillId), (proven.Outcome, proven.Proof, proven.KillId));
        Assert.False(ProcessEntry.Exists(child));
    }

    private async Task<bool> CanAsync(params string[] command) =>
        await StartHelper("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", .. command]).WaitForExitAsync() == 0;

    private async Task ShellAsync(string script) => Assert.Equal(0, await StartHelper("/bin/sh", "-c", script).WaitForExitAsync());

    private HelperProcess StartAsNobody(string verb, params string[] options) =>
        StartHelper("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", HelperProcess.HostProgram, verb, Room.Path, _id.Value, .. options]);
}
