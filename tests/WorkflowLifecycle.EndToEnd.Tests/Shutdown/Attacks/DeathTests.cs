using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Shutdown.Attacks;

/// <summary>Whoever dies, or stands still, while the tree stands still: nothing stays frozen, and nothing is said that is not so.</summary>
public sealed class DeathTests : EndToEndTest
{
    private const string Counts = "trap 'exit 4' TERM; echo ready; while :; do echo x >> count; sleep 0.01; done";

    // Sections that follow each other at once: the line of each begins with what the program does, and ends with that it is done.
    private const string Sections =
        """
        import fcntl, os, time
        if os.fork() == 0:
            f = open(os.environ['WORKFLOW_LIFECYCLE_CRITICAL'] + '/git', 'a')
            out = os.open('sections', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            while True:
                fcntl.flock(f, fcntl.LOCK_SH)
                os.write(out, b'b')
                time.sleep(0.02)
                os.write(out, b'e')
                fcntl.flock(f, fcntl.LOCK_UN)
                time.sleep(0.002)
        time.sleep(0.3)
        print('ready')
        time.sleep(600)
        """;

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper, false)]
    [InlineData(ContainmentStrength.CgroupAndReaper, true)]
    [InlineData(ContainmentStrength.Reaper, false)]
    [InlineData(ContainmentStrength.Reaper, true)]
    public async Task Kill_ShimThatDiesWhileTheTreeStandsStill_LeavesNobodyStopped(ContainmentStrength strength, bool isBusy)
    {
        bool isKilled = false;
        InFlightWork work = new("something");
        ScriptedPhase phase = new("murder")
        {
            Look = context =>
            {
                if (!context.IsFrozen || isKilled)
                {
                    return [];
                }

                isKilled = true;
                Signals.Send("KILL", context.Run.Containment!.Shim!.Pid);
                return isBusy ? [work] : [];
            },
            Execute = (_, token) => Task.Delay(TimeSpan.FromSeconds(2), token),
            Ceiling = TimeSpan.FromSeconds(10),
        };
        Engine engine = Start(strength, services: services => services.AddSingleton<IShutdownPhase>(phase));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Shell(Counts));

        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

        Assert.True(isKilled);
        Assert.True(report.Outcome is KillOutcome.ExitedGracefully or KillOutcome.EndedUnproven or KillOutcome.Killed, Attack.Describe(report));
        Assert.InRange(report.DurationMs, 0, 12_000);
        Assert.False(ProcessEntry.IsAlive(process.Identity.Pid), Attack.Describe(report));
    }

    [Theory(Timeout = 180_000)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_OfSectionsThatFollowEachOther_EndsBetweenTwo(ContainmentStrength strength)
    {
        Engine engine = Start(strength, WaitForNoFile);
        for (int round = 0; round < 3; round++)
        {
            await EndBetweenSectionsAsync(engine);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Kill_ByAHostThatIsPausedWhileTheTreeStandsStill_StillEndsBetweenTwoSections()
    {
        Engine engine = Start(configure: WaitForNoFile, services: services => services.With<IContainmentPlatform>(
            platform => new DecoratedPlatform(platform) { Opened = containment => PausingContainment.Around(containment, TimeSpan.FromSeconds(1.2)) }));
        int cut = 0;
        for (int round = 0; round < 3; round++)
        {
            cut += await EndBetweenSectionsAsync(engine, isExact: false) ? 0 : 1;
        }

        Assert.Equal(0, cut);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_ByTwoProcessesAtOnce_EndsBetweenTwoSections(ContainmentStrength strength)
    {
        Engine engine = Start(strength, WaitForNoFile);
        for (int round = 0; round < 2; round++)
        {
            File.Delete(Room.File("sections"));
            await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Request("python3", "-u", "-c", Sections));
            HelperProcess[] others = [.. Enumerable.Range(0, 2).Select(_ => StartHost("kill", process.RunId.Value, strength == ContainmentStrength.Reaper ? "reaper" : "cgroup"))];
            await Task.Delay(100 * round);
            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());
            foreach (HelperProcess other in others)
            {
                await other.WaitForExitAsync();
            }

            Assert.True((await File.ReadAllTextAsync(Room.File("sections"))).EndsWith('e'), Attack.Describe(report));
        }
    }

    [Theory(Timeout = 120_000)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Kill_WhileTheHostEntersSections_TellsTheProgramToLeaveOutsideOfThem(ContainmentStrength strength)
    {
        Engine engine = Start(strength);
        for (int round = 0; round < 5; round++)
        {
            LaunchRequest request = engine.Request("python3", "-u", "-c",
                """
                import os, signal, time
                def leave(*_):
                    open('told', 'w').write(str(time.time_ns()))
                    os._exit(0)
                signal.signal(signal.SIGTERM, leave)
                print('ready')
                while True: time.sleep(600)
                """);
            await using ITrackedProcess process = await engine.LaunchReadyAsync(request);
            List<(long From, long To)> inside = [];
            Task entering = Task.Run(async () =>
            {
                while (true)
                {
                    try
                    {
                        await using (await process.EnterCriticalSectionAsync(CriticalSectionKind.Database, "a"))
                        {
                            long from = Now;
                            await Task.Delay(20);
                            inside.Add((from, Now));
                        }
                    }
                    catch (RunIsEndingException)
                    {
                        return;
                    }
                }
            });
            await Task.Delay(100 + (round * 7));

            KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());

            await entering;
            long told = long.Parse(await File.ReadAllTextAsync(Room.File("told")), System.Globalization.CultureInfo.InvariantCulture);
            Assert.DoesNotContain(inside, section => section.From < told && told < section.To);
            Assert.True(report.Outcome == KillOutcome.ExitedGracefully, Attack.Describe(report));
        }
    }

    // The program writes down its sections all the time.
    private static void WaitForNoFile(WorkflowLifecycleOptions options) => options.FileCeiling = TimeSpan.Zero;

    private static long Now => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    private async Task<bool> EndBetweenSectionsAsync(Engine engine, bool isExact = true)
    {
        File.Delete(Room.File("sections"));
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Request("python3", "-u", "-c", Sections));
        KillReport report = await engine.Kills.KillAsync(process.RunId, Engine.Graceful());
        bool isWhole = (await File.ReadAllTextAsync(Room.File("sections"))).EndsWith('e');
        bool stoodStill = report.Steps.Any(step => step is { Name: "safe-point", Outcome: "the tree stood still" });
        Assert.True(isWhole || !(isExact || stoodStill), Attack.Describe(report));
        return isWhole || !stoodStill;
    }
}
