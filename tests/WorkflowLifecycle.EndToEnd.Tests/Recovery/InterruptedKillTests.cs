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
        KillRecord begun = await InterruptAsync(host, how, "grace=7");
        Assert.True(ProcessEntry.IsAlive(root));
        await Wait.UntilAsync("most of its grace is over", () => TimeProvider.System.GetUtcNow() - begun.RequestedAt > TimeSpan.FromSeconds(5));

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

        // What was left of its grace: a second one would not be over before twelve seconds.
        Assert.InRange((kill.CompletedAt!.Value - begun.RequestedAt).TotalSeconds, 6.9, 12);
        Assert.False(ProcessEntry.Exists(root));
        await LeaveAsync(next);
    }

    [Fact(Timeout = Limit)]
    public async Task GracefulKill_WhoseExecutorDiesBeforeItComesToTheChildRuns_EndsThemToo()
    {
        RunId child = RunId.Parse("recovery:2");
        (HelperProcess host, int root) = await LaunchKeptAsync(["--", .. Perl("stubborn")]);
        HelperProcess second = StartHost("launch", child.Value, ["keep", "parent=" + Id.Value, "--", .. Perl("stubborn")]);
        await second.ReadAsync("launched");
        HelperProcess killer = StartHost("kill", Id.Value, "pause=1", "grace=12");
        await killer.ReadAsync("paused");
        foreach (HelperProcess dying in new[] { killer, host, second })
        {
            await dying.KillAsync();
        }

        KillId begun = (await RowAsync()).KillId!.Value;
        Assert.Null((await RowAsync(child)).KillId);

        HelperProcess next = await ServeAsync();
        await UntilAsync("the run is over", row => row.State.IsFinal);

        Assert.Equal((RunState.Killed, begun), ((await RowAsync()).State, (await RowAsync()).KillId));
        Assert.Equal(RunState.Killed, (await RowAsync(child)).State);
        Assert.StartsWith($"parent run {Id}: ", (await Reader.Store.FindKillAsync((await RowAsync(child)).KillId!.Value))!.Reason, StringComparison.Ordinal);
        Assert.True((await RowAsync(child)).EndedAt <= (await RowAsync()).EndedAt);
        Assert.False(ProcessEntry.Exists(root));
        await LeaveAsync(next);
    }

    [Fact(Timeout = Limit)]
    public async Task GracefulKill_ThatWaitsForItsChildRuns_IsLeftToItsExecutor()
    {
        (HelperProcess host, _) = await LaunchKeptAsync(["--", .. Perl("stubborn")]);
        HelperProcess second = StartHost("launch", "recovery:2", ["keep", "parent=" + Id.Value, "--", .. Perl("stubborn")]);
        await second.ReadAsync("launched");

        // From here, where all is warm: a process that has just begun may not have its intent on record in time on a busy machine.
        Task<KillReport> kill = Reader.Kills.KillAsync(Id, Engine.Graceful(4));
        await UntilAsync("the kill is under way", row => row.State == RunState.Stopping);

        HelperProcess next = await ServeAsync();
        Assert.Equal(KillOutcome.Killed, (await kill).Outcome);

        Assert.Empty(await AuditAsync("Resumed"));
        Assert.Single(await AuditAsync("Completed"));
        foreach (HelperProcess over in new[] { next, host, second })
        {
            await LeaveAsync(over);
        }
    }

    [Fact(Timeout = Limit)]
    [Trait("Scenario", "S23")]
    public async Task Tree_WhoseHostAndHolderDieAtOnce_IsEndedByTheNextHostOnTheIntentOfItsLaunch()
    {
        HelperProcess host = StartHost("launch", Id.Value, ["--", .. Perl("stubborn")]);
        int root = int.Parse((await host.ReadAsync("launched")).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

        // Neither has the time to see the other go.
        Signals.Send("STOP", (await RowAsync()).Containment!.Shim!.Pid);
        await host.KillAsync();
        Signals.Send("KILL", (await RowAsync()).Containment!.Shim!.Pid);
        await Wait.UntilAsync("the holder is gone", async () => !ProcessEntry.IsAlive((await RowAsync()).Containment!.Shim!.Pid));
        Assert.True(ProcessEntry.IsAlive(root));

        HelperProcess next = await ServeAsync();
        await UntilAsync("the run is over", row => row.State.IsFinal);

        Assert.Equal((RunState.Killed, EndProof.CgroupEmpty), ((await RowAsync()).State, (await RowAsync()).Proof));
        Assert.False(ProcessEntry.IsAlive(root));
        AuditEntry authorized = Assert.Single(await AuditAsync("Authorized"));
        Assert.Equal("system:host-exit", authorized.Actor);
        Assert.StartsWith("OnHostExit=Kill, committed with the launch by host:", authorized.Details["ground"], StringComparison.Ordinal);
        await LeaveAsync(next);
    }

    private string OnlyRun => Assert.Single(Directory.GetDirectories(Path.Combine(Room.RuntimeDirectory, "r")));
}
