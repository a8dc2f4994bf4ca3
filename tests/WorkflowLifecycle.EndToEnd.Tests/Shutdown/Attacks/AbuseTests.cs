using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>Programs that use what a graceful kill gives them against it.</summary>
public sealed class AbuseTests : EndToEndTest
{
    [Theory(Timeout = Limit)]
    [InlineData("18446744073709551615")]
    [InlineData("922337203685477580")]
    [InlineData("9223372036854775807")]
    [InlineData("-1")]
    [InlineData("infinity")]
    [InlineData("99999999999999999999999999999999999")]
    [InlineData("")]
    public async Task Kill_OfAProgramThatAsksForAnyTime_EndsWithinTheCap(string asked)
    {
        Engine engine = Start(configure: options =>
        {
            options.TerminateCeiling = TimeSpan.FromSeconds(1);
            options.GraceCap = TimeSpan.FromSeconds(4);
        });
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            $$"""
            import os, signal, socket, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            def more(*_):
                s.sendto(b'EXTEND_TIMEOUT_USEC={{asked}}', os.environ['NOTIFY_SOCKET'])
            signal.signal(signal.SIGTERM, more)
            more()
            print('ready')
            while True: time.sleep(0.2); more()
            """) with
        { Readiness = Readiness.Notify() };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.Killed, Attack.Describe(report));
        Assert.InRange(report.DurationMs, 900, 10_000);
    }

    [Theory(Timeout = Limit)]
    [InlineData("for i in range(100000): open(d + '/x%d' % i, 'w').close()")]
    [InlineData("os.mkfifo(d + '/git-fifo'); os.symlink('/dev/zero', d + '/git-zero'); os.symlink('git-loop', d + '/git-loop'); os.mkdir(d + '/git-dir')")]
    [InlineData("shutil.rmtree(d)")]
    [InlineData("shutil.rmtree(d); os.symlink(elsewhere, d)")]
    [InlineData("shutil.rmtree(d); open(d, 'w').close()")]
    [InlineData("shutil.rmtree(d); os.mkfifo(d)")]
    public async Task Kill_OfAProgramThatMakesAMessOfItsCriticalDirectory_WaitsForNothingAndLeavesNothing(string mess)
    {
        string elsewhere = Room.File("elsewhere");
        Directory.CreateDirectory(elsewhere);
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "git"), "precious");
        Engine engine = Start();
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            $"""
            import fcntl, os, shutil, time
            d = os.environ['WORKFLOW_LIFECYCLE_CRITICAL']
            elsewhere = '{elsewhere}'
            f = open(elsewhere + '/git', 'a')
            fcntl.flock(f, fcntl.LOCK_SH)
            {mess}
            time.sleep(0.5)
            print('ready')
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Attack.Describe(report));
        Assert.All(report.Phases.Where(phase => phase.Stage == ShutdownStage.Quiesce), phase => Assert.Equal(PhaseOutcome.NothingInFlight, phase.Outcome));
        Assert.InRange(report.DurationMs, 0, 10_000);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(elsewhere, "git")));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_SectionWithAMischievousName_ShowsNoEscapes()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            """
            import fcntl, os, time
            f = open(os.environ['WORKFLOW_LIFECYCLE_CRITICAL'] + '/git-\x1b[31mx\n', 'w')
            f.write('\x1b]0;owned\x07\r\n\u202eabc' + 'y' * 100000); f.flush()
            fcntl.flock(f, fcntl.LOCK_SH)
            print('ready')
            time.sleep(2)
            f.close()
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        PhaseReport git = Attack.Phase(report, "git");
        Assert.True(git.Outcome == PhaseOutcome.Finished, Attack.Describe(report));
        Assert.DoesNotContain(Assert.Single(git.WaitedFor).Description, c => char.IsControl(c) || c == '\u202e');
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_SectionOfAStoppedProcess_IsGivenUpAtItsCeilingAndTheProcessGetsItsSigterm(ContainmentStrength strength)
    {
        Engine engine = Start(strength, options => options.GitCeiling = TimeSpan.FromSeconds(1));
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            """
            import fcntl, os, signal, time
            def leave(*_):
                open('told', 'w').close()
                os._exit(3)
            signal.signal(signal.SIGTERM, leave)
            f = open(os.environ['WORKFLOW_LIFECYCLE_CRITICAL'] + '/git', 'a')
            fcntl.flock(f, fcntl.LOCK_SH)
            print('ready')
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);
        await Wait.UntilAsync("it stopped", () => ProcessEntry.Read(process.Identity.Pid)?.State == 'T');

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(Attack.Phase(report, "git").Outcome == PhaseOutcome.CeilingReached, Attack.Describe(report));
        Assert.True(report is { Outcome: KillOutcome.ExitedGracefully, ExitCode: 3 }, Attack.Describe(report));
    }

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_OfAHandlerThatForksWithoutEnd_EndsAllOfIt(ContainmentStrength strength)
    {
        Engine engine = Start(strength, options => options.TerminateCeiling = TimeSpan.FromSeconds(2));
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            """
            import os, signal, time
            def spread(*_):
                while True:
                    if os.fork() != 0: os._exit(0)
                    time.sleep(0.005)
                    if os.fork() == 0:
                        signal.signal(signal.SIGTERM, signal.SIG_IGN)
                        time.sleep(600)
            signal.signal(signal.SIGTERM, spread)
            print('ready')
            time.sleep(600)
            """);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.Killed, Attack.Describe(report));
        Assert.Empty(report.Survivors);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhileTheProgramFloodsTheNotifySocket_TakesNoLonger()
    {
        Engine engine = Start();
        LaunchRequest request = engine.Request("python3", "-u", "-c",
            """
            import os, signal, socket, time
            for i in range(3):
                if os.fork() == 0: break
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.setblocking(False)
            print('ready')
            while True:
                for burst in range(200):
                    try: s.sendto(b'STATUS=' + b'\xff\x1b[31m' * 500, os.environ['NOTIFY_SOCKET'])
                    except OSError: pass
                time.sleep(0.001)
            """) with
        { Readiness = Readiness.Notify() };
        await using ITrackedProcess process = await engine.LaunchReadyAsync(request);

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Attack.Describe(report));
        Assert.InRange(report.DurationMs, 0, 10_000);
    }
}
