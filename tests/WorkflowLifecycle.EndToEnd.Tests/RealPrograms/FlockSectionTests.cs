using System.Globalization;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.RealPrograms;

/// <summary>Critical sections of programs that know nothing of us but a directory and flock(2).</summary>
public sealed class FlockSectionTests : RealProgramTest
{
    private const string Python = """
        import fcntl, os, time
        section = open(os.environ["WORKFLOW_LIFECYCLE_CRITICAL"] + "/database", "a")
        fcntl.flock(section, fcntl.LOCK_SH)
        print("ready", flush=True)
        while not os.path.exists(GO):
            time.sleep(0.02)
        open("done", "w").close()
        fcntl.flock(section, fcntl.LOCK_UN)
        time.sleep(60)
        """;

    private const string Perl = """
        use Fcntl ':flock';
        $| = 1;
        open(my $section, '>>', "$ENV{WORKFLOW_LIFECYCLE_CRITICAL}/file") or die $!;
        flock($section, LOCK_SH) or die $!;
        print "ready\n";
        select(undef, undef, undef, 0.02) until -e GO;
        open(my $done, '>', 'done');
        close $section;
        sleep 60;
        """;

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WithinASectionOfAShell_WaitsForIt(ContainmentStrength strength)
    {
        Need("flock");
        Engine engine = Start(strength);
        await File.WriteAllTextAsync(InWork("publish"), $"echo ready; {UntilReleased}; echo > done");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/git\" sh ./publish; {Stays}"));

        KillReport report = await ReleaseWhileItWaitsAsync(engine, process, "sh ./publish");

        AssertWaitedFor(report, "git", "critical section git: sh ./publish");
        AssertDidNotWait(report, "database", "other");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinNestedSections_WaitsForTheOutermost()
    {
        Need("flock");
        Engine engine = Start();
        await File.WriteAllTextAsync(InWork("inner"), "echo > inner-done");
        await File.WriteAllTextAsync(InWork("outer"), $"flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/other\" sh ./inner; echo ready; {UntilReleased}; echo > done");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/other\" sh ./outer; {Stays}"));
        Assert.True(File.Exists(InWork("inner-done")));

        KillReport report = await ReleaseWhileItWaitsAsync(engine, process, "sh ./outer");

        AssertWaitedFor(report, "other", "critical section other: sh ./outer");
        AssertDidNotWait(report, "git", "database");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinSectionsSideBySide_WaitsForTheLast()
    {
        Need("flock");
        Engine engine = Start();
        await File.WriteAllTextAsync(InWork("one"), $"{UntilReleased}; echo > one-done");
        await File.WriteAllTextAsync(InWork("two"), $"while [ ! -e {Room.File("go-two")} ]; do sleep 0.05; done; echo > done");
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(
            engine,
            $"for work in one two; do flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/git\" sh ./$work & done; until [ $(grep -c FLOCK /proc/locks) -ge 2 ]; do sleep 0.05; done; sleep 0.5; echo ready; {Stays}"));

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "sh ./two");
        Release();
        await Wait.UntilAsync("the first section is left", () => File.Exists(InWork("one-done")));
        Assert.False(kill.IsCompleted);
        await File.WriteAllTextAsync(Room.File("go-two"), string.Empty);
        KillReport report = await kill;

        AssertEndedAfterItsWork(report);
        AssertWaitedFor(report, "git", "critical section git: sh ./one");
        AssertWaitedFor(report, "git", "critical section git: sh ./two");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinASectionOfPython_WaitsForIt()
    {
        Need("python3");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Run(engine, "python3", "-c", Python.Replace("GO", $"'{GoFile}'", StringComparison.Ordinal)));

        KillReport report = await ReleaseWhileItWaitsAsync(engine, process, "critical section database");

        AssertWaitedFor(report, "database", "critical section database: ");
        AssertDidNotWait(report, "git", "other");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithinASectionOfPerl_WaitsForIt()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Run(engine, "perl", "-e", Perl.Replace("GO", $"'{GoFile}'", StringComparison.Ordinal)));

        KillReport report = await ReleaseWhileItWaitsAsync(engine, process, "critical section file");

        AssertWaitedFor(report, "file", "critical section file: ");
        AssertDidNotWait(report, "git", "database", "other");
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhoseSectionDiesWithItsHolder_GoesOn()
    {
        Need("flock");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(
            engine, $"(exec 9> \"$WORKFLOW_LIFECYCLE_CRITICAL/git\"; flock -s 9; exec sleep 60) & echo $! > holder; until grep -q FLOCK /proc/$!/fdinfo/9; do sleep 0.05; done; echo ready; {Stays}"));
        int holder = int.Parse((await File.ReadAllTextAsync(InWork("holder"))).Trim(), CultureInfo.InvariantCulture);

        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, "critical section git: sleep 60");
        Signals.Send("KILL", holder);
        KillReport report = await kill;

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        AssertWaitedFor(report, "git", "critical section git: sleep 60");
        Assert.Equal(holder, Assert.Single(Find(report, "git").WaitedFor).Pid);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_OutsideOfSections_DoesNotWait()
    {
        Need("flock");
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(Script(engine, $"flock -s -o \"$WORKFLOW_LIFECYCLE_CRITICAL/git\" true; echo ready; {Stays}"));

        AssertLeftAtOnce(await engine.Kills.KillAsync(process.RunId, Engine.Graceful()));
    }

    private async Task<KillReport> ReleaseWhileItWaitsAsync(Engine engine, ITrackedProcess process, string work)
    {
        Task<KillReport> kill = await KillUntilItWaitsAsync(engine, process, work);
        Assert.False(File.Exists(InWork("done")));
        Release();
        KillReport report = await kill;
        AssertEndedAfterItsWork(report);
        return report;
    }

    private void AssertEndedAfterItsWork(KillReport report)
    {
        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Describe(report));
        Assert.True(File.Exists(InWork("done")));
        AssertNobodyLeft(report);
    }
}
