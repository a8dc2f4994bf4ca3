namespace WorkflowLifecycle.Shim.Tests;

public sealed class LaunchTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Shim_ProgramRunsAndExits_SaysSoAndLeavesItsRecords(bool cgroup)
    {
        Specification specification = new() { Argv = TestPrograms.Sh("echo hello; exit 3"), Flags = LaunchFlags.HostPidfd | (cgroup ? LaunchFlags.Cgroup : 0) };
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(specification);

        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        EmptyEvent empty = await shim.EmptyAsync();

        Assert.Equal((1u, 3), (exit.U32(0), exit.I32(4)));
        Assert.Equal(new EmptyEvent { Proof = cgroup ? 3u : 1u, Sigkills = 0, Leftovers = 0, Walkers = 0, EndedBy = 0 }, empty);
        Assert.Equal("hello\n", shim.Output);
        await shim.ReleaseAsync();
        Dictionary<string, string> record = shim.Record("exit");
        Assert.Equal(("run_5fbae44ab6f0", "1", "3"), (record["run"], record["how"], record["status"]));
        Assert.Equal(["run", "how", "status", "realtime_ns", "boottime_ns", "utime_us", "stime_us", "max_rss_kib"], record.Keys);
        Assert.Equal(["run", "proof", "sigkills", "leftovers", "walkers", "ended_by", "realtime_ns", "boottime_ns"], shim.Record("empty").Keys);
        Assert.Matches(@"(?s)^\d+ started pid=\d+ in_cgroup=[01]\n\d+ exit how=1 status=3\n\d+ empty sigkills=0 walkers=0\n\d+ released\n$", shim.File("journal"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Shim_ProgramDiesOfASignal_SaysWhich()
    {
        using ShimUnderTest shim = await ShimUnderTest.LaunchAsync(new Specification { Argv = TestPrograms.Sh("kill -USR1 $$") });
        Message exit = await shim.Host.EventAsync(MessageType.Exit);
        Assert.Equal((2u, 10), (exit.U32(0), exit.I32(4)));
        await shim.EmptyAsync();
        await shim.ReleaseAsync();
    }
}
