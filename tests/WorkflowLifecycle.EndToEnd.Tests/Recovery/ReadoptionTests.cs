using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Recovery;

/// <summary>A tree that was to outlive its host did; the next host watches it as if it had never been away.</summary>
[Trait("Scenario", "S24")]
public sealed class ReadoptionTests : RecoveryTest
{
    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task KeptRun_ThatWorksWhileNobodyIsThere_IsSeenReadyAndToItsExitCodeByTheNextHost(string how)
    {
        (HelperProcess host, int root) = await LaunchKeptAsync([how, "ready=notify", "--", .. Perl("worker")]);
        await host.KillAsync();
        Say("begin");
        await Wait.UntilAsync("the work is done", () => File.Exists(Room.File("written")));
        Assert.Equal(RunState.Initializing, (await RowAsync()).State);

        HelperProcess next = await ServeAsync(how);

        await UntilAsync("the next host has it", row => row.Host.Pid == next.Pid);
        await UntilAsync("what was said meanwhile is on record", row => row is { Status: "first" } && row.State == RunState.Running);
        AuditEntry entry = Assert.Single(await AuditAsync("Reconciled"));
        Assert.Equal(("system:recovery", "ReAdopted"), (entry.Actor, entry.Details["outcome"]));
        Say("second");
        await UntilAsync("what is said now is on record", row => row.Status == "second");
        string log = Path.Combine((await RowAsync()).Containment!.RunDirectory, "stdout.log");
        Say("leave");
        await UntilAsync("its end is on record", row => row.State.IsFinal);

        RunRecord row = await RowAsync();
        Assert.Equal((RunState.Exited, 7, how == "reaper" ? EndProof.ReaperEmpty : EndProof.CgroupAndReaperEmpty), (row.State, row.ExitCode, row.Proof));
        Assert.False(ProcessEntry.Exists(root));
        Assert.False(File.Exists(Room.File("sigpipe")));
        string[] lines = await File.ReadAllLinesAsync(log);
        Assert.Equal(200_001, lines.Length);
        Assert.All(lines.SkipLast(1).Select((line, index) => (line, index)), pair => Assert.StartsWith($"{pair.index + 1:D8} ", pair.line, StringComparison.Ordinal));
        Assert.Single(await AuditAsync("Exited"));
        await LeaveAsync(next);
    }

    [Fact(Timeout = Limit)]
    public async Task KeptRun_OfAnotherHostName_IsLeftToItsOwn()
    {
        (HelperProcess host, _) = await LaunchKeptAsync(["name=one", "--", .. Perl("terminates")]);
        await host.KillAsync();

        HelperProcess stranger = await ServeAsync("name=two");

        Assert.Equal(host.Pid, (await RowAsync()).Host.Pid);
        Assert.Empty(await AuditAsync("Reconciled"));
        HelperProcess own = await ServeAsync("name=one");
        await UntilAsync("its own has it", row => row.Host.Pid == own.Pid);
        await stranger.KillAsync();
        await own.KillAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task KeptRun_WhoseHostDiedBeforeItCouldSayThatItRuns_IsTakenOverAsOneThatRuns()
    {
        HelperProcess host = StartHost("launch", Id.Value, ["keep", "pausebefore=3", "--", .. Perl("terminates")]);
        await host.ReadAsync("paused");
        await host.KillAsync();
        Assert.Equal((RunState.Launching, null), ((await RowAsync()).State, (await RowAsync()).Root));

        HelperProcess next = await ServeAsync();

        await UntilAsync("it runs", row => row.State == RunState.Running);
        RunRecord row = await RowAsync();
        Assert.True(ProcessEntry.Read(row.Root!.Pid) is { Name: "perl" });
        Assert.Equal(next.Pid, row.Host.Pid);
        await next.KillAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task KeptRun_IsTakenOverAgainAndAgain()
    {
        (HelperProcess host, _) = await LaunchKeptAsync(["--", .. Perl("worker")]);
        await host.KillAsync();
        for (int i = 0; i < 3; i++)
        {
            HelperProcess next = await ServeAsync();
            await UntilAsync("the next host has it", row => row.Host.Pid == next.Pid);
            await next.KillAsync();
        }

        HelperProcess last = await ServeAsync();
        Say("begin");
        Say("second");
        Say("leave");
        await UntilAsync("its end is on record", row => row.State.IsFinal);

        Assert.Equal((RunState.Exited, 7), ((await RowAsync()).State, (await RowAsync()).ExitCode));
        await LeaveAsync(last);
    }

    private void Say(string name) => File.WriteAllText(Room.File(name), string.Empty);
}
