using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Killing;

/// <summary>The tree, with the rights of the same user, keeps killers from the shim: takes its connections, stops it, deletes its socket, forges its word.</summary>
public sealed class SilencedHolderTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData("wipe", KillMode.Emergency)]
    [InlineData("wipe", KillMode.Graceful)]
    [InlineData("crowd", KillMode.Emergency)]
    [InlineData("crowd", KillMode.Graceful)]
    [InlineData("stops", KillMode.Emergency)]
    [InlineData("stops", KillMode.Graceful)]
    public async Task Kill_OfATreeThatLeftItsCgroup_NeverClaimsAnEndWhileOneLives(string how, KillMode mode)
    {
        DirectoryInfo elsewhere = Directory.CreateDirectory(Path.Combine(CgroupMount, "away-" + Guid.NewGuid().ToString("N")));
        try
        {
            await EndAsync(ContainmentStrength.CgroupAndReaper, mode, "away=" + elsewhere.FullName, "relay=4", how);
        }
        finally
        {
            await File.WriteAllTextAsync(Path.Combine(elsewhere.FullName, "cgroup.kill"), "1");
            await Wait.UntilAsync("it is empty", () => File.ReadAllText(Path.Combine(elsewhere.FullName, "cgroup.events")).Contains("populated 0", StringComparison.Ordinal));
            elsewhere.Delete();
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData("wipe", KillMode.Emergency, EndProof.None)]
    [InlineData("crowd", KillMode.Emergency, EndProof.ReaperEmpty)]
    [InlineData("crowd", KillMode.Graceful, EndProof.ReaperEmpty)]
    [InlineData("stops", KillMode.Emergency, EndProof.ReaperEmpty)]
    public async Task Kill_AtReaperStrength_EndsWhoeverIsBelowTheShim(string how, KillMode mode, EndProof proof)
    {
        RunResult result = await EndAsync(ContainmentStrength.Reaper, mode, "relay=4", how);

        Assert.Equal(proof, result.Proof);
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Emergency)]
    [InlineData(KillMode.Graceful)]
    public async Task Kill_OfATreeThatForgedTheRecordOfItsEnd_IsNotCalledAlreadyExited(KillMode mode)
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", "forged", "relay"));
        int shim = (await engine.RowAsync(process.RunId)).Containment!.Shim!.Pid;
        Signals.Send("KILL", shim);
        await Wait.UntilAsync("the shim is gone", () => !ProcessEntry.IsAlive(shim));

        KillReport report = await engine.Kills.KillAsync(process.RunId, new("sabotage", WorkflowPrincipal.LocalUser()) { Mode = mode, GracePeriod = TimeSpan.FromSeconds(1) });

        Assert.True(report.Outcome is KillOutcome.Killed or KillOutcome.ExitedGracefully, report.Outcome.ToString());
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
    }

    private static string CgroupMount =>
        File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields.Contains("cgroup2"))[4];

    private async Task<RunResult> EndAsync(ContainmentStrength strength, KillMode mode, params string[] sabotage)
    {
        Engine engine = Start(strength, options => options.TerminateCeiling = TimeSpan.FromSeconds(1));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("saboteur", sabotage));

        KillReport report = await engine.Kills.KillAsync(process.RunId, new("sabotage", WorkflowPrincipal.LocalUser()) { Mode = mode }).WaitAsync(TimeSpan.FromSeconds(20));
        if (report.Outcome == KillOutcome.KillUnconfirmed)
        {
            // An honest word on a machine that is slower than the tree; the kill goes on, and comes to its end.
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        IReadOnlyList<ProcessEntry> living = [.. ProcessEntry.StandingIn(Room.Path).Where(entry => !entry.IsZombie)];

        Assert.True(living.Count == 0, $"{report.Outcome}, proof {report.Proof}, and still there: {string.Join('\n', living)}");
        Assert.NotEqual(KillOutcome.AlreadyExited, report.Outcome);
        RunResult result = await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(result.State.IsFinal);
        return result;
    }
}
