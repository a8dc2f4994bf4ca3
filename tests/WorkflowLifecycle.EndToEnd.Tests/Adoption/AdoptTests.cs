using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Adoption;

/// <summary>Trees that nobody tracked become runs, and end as such.</summary>
public sealed class AdoptTests : AdoptionTest
{
    [Fact(Timeout = Limit)]
    public async Task Adopt_AStubbornTreeWithADaemon_IsKilledWithProof()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("trap '' TERM; sleep 300 & setsid sleep 300 & (trap '' TERM; sleep 300) & sleep 0.2; echo ready; while :; do sleep 0.1; done");
        string before = CgroupOf(root);

        await using ITrackedProcess run = await AdoptAsync(engine, root);

        RunRecord row = await engine.RowAsync(run.RunId);
        Assert.Equal((RunState.Running, ContainmentStrength.CgroupOnly, OnHostExit.Keep), (row.State, row.Containment!.Strength, row.OnHostExit));
        Assert.Equal(root, row.Root!.Pid);
        Assert.All(ProcessEntry.StandingIn(Room.Path), entry => Assert.True(IsInside(entry.Pid, row), entry.ToString()));
        Assert.DoesNotContain("wfl-", before, StringComparison.Ordinal);
        AuditEntry adopted = Assert.Single(await engine.AuditAsync(run.RunId), entry => entry.Stage == "Adopted");
        Assert.Contains(AdoptToken.Of(row.Root).ToString(), adopted.Details["identities"], StringComparison.Ordinal);
        Assert.Equal("nobody tracked it", adopted.Reason);

        KillReport report = await engine.Kills.KillAsync(run.RunId, Engine.Graceful(seconds: 0.3));

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupEmpty, ContainmentStrength.CgroupOnly), (report.Outcome, report.Proof, report.Strength));
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
        RunResult result = await run.WaitForExitAsync();
        Assert.Equal((RunState.Killed, null, null), (result.State, result.ExitCode, result.ExitSignal));
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_ATreeThatEndsByItself_IsNoticedByTheHost()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("sleep 0.7 & echo ready; sleep 0.5; exit 7");

        await using ITrackedProcess run = await AdoptAsync(engine, root);
        RunResult result = await run.WaitForExitAsync();

        Assert.Equal((RunState.Exited, EndProof.CgroupEmpty, null), (result.State, result.Proof, result.ExitCode));
        Assert.False(Directory.Exists((await engine.RowAsync(run.RunId)).Containment!.CgroupPath));
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_ATreeThatForksAllTheTime_TakesAllOfItIn()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("for i in 1 2 3 4; do (while :; do (sleep 0.3 & sleep 0.2; wait) & sleep 0.02; done) & done; echo ready; wait");
        await Task.Delay(TimeSpan.FromMilliseconds(400));

        await using ITrackedProcess run = await AdoptAsync(engine, root);

        RunRecord row = await engine.RowAsync(run.RunId);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !IsInsideOrGone(entry.Pid, row));
        KillReport report = await engine.Kills.KillAsync(run.RunId, Engine.Emergency());
        Assert.Equal((KillOutcome.Killed, EndProof.CgroupEmpty), (report.Outcome, report.Proof));
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_AForkStorm_IsTakenInOrHonestlyLeftWhereItWas()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("(while :; do sleep 0.3 & done) 2> /dev/null & echo ready; wait");
        string before = CgroupOf(root);
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        try
        {
            await using ITrackedProcess run = await AdoptAsync(engine, root);
            Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(run.RunId, Engine.Emergency())).Outcome);
        }
        catch (AdoptFailedException failure)
        {
            Assert.Equal(AdoptFailure.NotHeld, failure.Failure);
            Assert.Equal(before, CgroupOf(root));
            Assert.Equal(RunState.LaunchFailed, Assert.Single(await engine.AllRowsAsync()).State);
            await Wait.UntilAsync("the storm is over", () =>
            {
                foreach (ProcessEntry entry in ProcessEntry.StandingIn(Room.Path).Where(entry => entry.Name == "sh"))
                {
                    Signals.Send("KILL", entry.Pid);
                }

                return ProcessEntry.StandingIn(Room.Path).Count == 0;
            });
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_TwoHundredProcesses_AreAllInside()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("for i in $(seq 20); do (for j in $(seq 9); do sleep 300 & done; wait) & done; sleep 0.5; echo ready; wait");
        await Wait.UntilAsync("200 are there", () => ProcessEntry.StandingIn(Room.Path).Count >= 201);

        await using ITrackedProcess run = await AdoptAsync(engine, root);

        RunRecord row = await engine.RowAsync(run.RunId);
        Assert.Equal(201, (await engine.Registry.InspectAsync(run.RunId)).Count);
        Assert.Equal("201", (await engine.AuditAsync(run.RunId)).Single(entry => entry.Stage == "Adopted").Details["processes"]);
        Assert.All(ProcessEntry.StandingIn(Room.Path), entry => Assert.True(IsInside(entry.Pid, row)));
        Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(run.RunId, Engine.Emergency())).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_AStoppedProcess_StaysStopped()
    {
        Engine engine = Start();
        int root = await StartTreeAsync("sleep 300 & echo $! > stopped; kill -s STOP $!; echo ready; wait");
        int stopped = int.Parse(await File.ReadAllTextAsync(Room.File("stopped")), System.Globalization.CultureInfo.InvariantCulture);

        await using ITrackedProcess run = await AdoptAsync(engine, root);

        Assert.Equal('T', ProcessEntry.Read(stopped)!.State);
        Assert.NotEqual('T', ProcessEntry.Read(root)!.State);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_WithoutACgroup_IsBestEffortAndNeverKilled()
    {
        Engine engine = Start(ContainmentStrength.Reaper);
        int root = await StartTreeAsync("trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & setsid sleep 300 & sleep 0.2; echo ready; while :; do sleep 0.1; done");
        AdoptCandidate preview = await PreviewAsync(engine, root);
        Assert.Equal(ContainmentStrength.BestEffort, preview.Strength);

        await using ITrackedProcess run = await engine.Launcher.AdoptAsync(preview.Root, Request());
        Assert.Equal(ContainmentStrength.BestEffort, run.Strength);
        Assert.NotEmpty(await engine.Registry.InspectAsync(run.RunId));
        KillReport report = await engine.Kills.KillAsync(run.RunId, Engine.Graceful(seconds: 0.3));

        Assert.Equal((KillOutcome.EndedUnproven, EndProof.None, ContainmentStrength.BestEffort), (report.Outcome, report.Proof, report.Strength));
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
        Assert.Equal(RunState.EndedUnproven, (await run.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_WithoutACgroupWhereMoreIsAskedFor_IsRefusedAndNothingIsLeft()
    {
        Engine engine = Start(ContainmentStrength.Reaper);
        int root = await StartTreeAsync("echo ready; exec sleep 300");
        AdoptCandidate preview = await PreviewAsync(engine, root);

        AdoptFailedException refusal = await Assert.ThrowsAsync<AdoptFailedException>(
            () => engine.Launcher.AdoptAsync(preview.Root, Request("weak:1") with { MinimumStrength = ContainmentStrength.CgroupOnly }));

        Assert.Equal(AdoptFailure.TooWeak, refusal.Failure);
        RunRecord row = await engine.RowAsync(RunId.Parse("weak:1"));
        Assert.Equal(RunState.LaunchFailed, row.State);
        Assert.True(ProcessEntry.IsAlive(root));
        await EndTreeAsync(root);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_RootThatDiedWithoutACgroup_LivesOnInItsChildren()
    {
        Engine engine = Start(ContainmentStrength.Reaper);
        int root = await StartTreeAsync("sleep 300 & echo ready; wait");
        await using ITrackedProcess run = await AdoptAsync(engine, root);

        Signals.Send("KILL", root);
        await Wait.UntilAsync("the root is gone", () => !ProcessEntry.IsAlive(root));
        await Task.Delay(TimeSpan.FromMilliseconds(300));

        Assert.Equal(RunState.Running, (await engine.RowAsync(run.RunId)).State);
        Assert.Equal(KillOutcome.EndedUnproven, (await engine.Kills.KillAsync(run.RunId, Engine.Emergency())).Outcome);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
    }

    private static bool IsInsideOrGone(int pid, RunRecord run)
    {
        try
        {
            return IsInside(pid, run) || !ProcessEntry.IsAlive(pid);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return true;
        }
    }

    private static async Task EndTreeAsync(int pid)
    {
        Signals.Send("KILL", pid);
        await Wait.UntilAsync("it is gone", () => !ProcessEntry.IsAlive(pid));
    }
}
