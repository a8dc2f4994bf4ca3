using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Adoption;

/// <summary>An adopter dies, or is not alone.</summary>
public sealed class AdopterDeathTests : AdoptionTest
{
    private static readonly RunId _id = RunId.Parse("adopt:1");

    [Theory(Timeout = Limit)]
    [InlineData("pause=1")]
    [InlineData("pause=2")]
    [InlineData("pausebefore=3")]
    [Trait("Scenario", "S21")]
    public async Task Adopter_ThatIsKilledInTheMiddle_IsUndoneByTheNextLook(string where)
    {
        int root = await StartTreeAsync("sleep 300 & echo $! > stopped; kill -s STOP $!; setsid sleep 300 & sleep 0.2; echo ready; wait");
        int stopped = int.Parse(await File.ReadAllTextAsync(Room.File("stopped")), System.Globalization.CultureInfo.InvariantCulture);
        string before = CgroupOf(root);
        int[] tree = Tree();
        HelperProcess adopter = StartHost("adopt", _id.Value, "token=" + Token(root), where);
        await adopter.ReadAsync("paused");
        Assert.Equal(where == "pausebefore=3", CgroupOf(root) != before);

        await adopter.KillAsync();
        Engine engine = Start();
        RunRecord row = await engine.RowAsync(_id);

        Assert.Equal((RunState.LaunchFailed, EndProof.None), (row.State, row.Proof));
        Assert.All(tree, pid => Assert.Equal(before, CgroupOf(pid)));
        Assert.Equal(tree, Tree());
        Assert.Equal('T', ProcessEntry.Read(stopped)!.State);
        Assert.NotEqual('T', ProcessEntry.Read(root)!.State);

        await using ITrackedProcess again = await AdoptAsync(engine, root);
        Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(again.RunId, Engine.Emergency())).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Adopter_ThatIsKilledAtAnyMoment_LeavesAllInOrAllOutAndNobodyStopped()
    {
        int root = await StartTreeAsync("for i in $(seq 10); do (for j in $(seq 9); do sleep 300 & done; wait) & done; sleep 0.5; echo ready; wait");
        string before = CgroupOf(root);
        Engine engine = Start();
        for (int i = 0; i < 4; i++)
        {
            RunId id = RunId.Parse($"any:{i}");
            HelperProcess adopter = StartHost("adopt", id.Value, "token=" + Token(root), "gun");
            await adopter.ReadAsync("ready");
            await adopter.SayAsync("go");
            if (i > 0)
            {
                await Wait.UntilAsync("the first are inside", () => CgroupOf(root) != before);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(i * 2));
            await adopter.KillAsync();

            RunRecord? row = await engine.Registry.FindAsync(id);
            Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => entry.State == 'T');
            if (row?.State == RunState.Running)
            {
                Assert.All(Tree(), pid => Assert.True(IsInside(pid, row)));
                Assert.Equal(KillOutcome.Killed, (await engine.Kills.KillAsync(id, Engine.Emergency())).Outcome);
                return;
            }

            Assert.True(row is null || row.State == RunState.LaunchFailed, row?.State.Name);
            Assert.All(Tree(), pid => Assert.Equal(before, CgroupOf(pid)));
        }

        await using ITrackedProcess last = await AdoptAsync(engine, root);
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    [Trait("Scenario", "S24")]
    public async Task Adopter_ThatDiesAfterwards_IsFollowedByAnyOther(string how)
    {
        int root = await StartTreeAsync("sleep 300 & echo ready; wait");
        HelperProcess adopter = StartHost("adopt", _id.Value, "token=" + Token(root), how);
        await adopter.ReadAsync("adopted");
        await adopter.KillAsync();
        Engine engine = Start(how == "reaper" ? ContainmentStrength.Reaper : ContainmentStrength.CgroupAndReaper);
        Assert.Equal(RunState.Running, (await engine.RowAsync(_id)).State);

        foreach (int pid in Tree())
        {
            Signals.Send("KILL", pid);
        }

        RunRecord row = await engine.Registry.WaitForEndAsync(_id);
        Assert.Equal(how == "reaper" ? (RunState.EndedUnproven, EndProof.None) : (RunState.Exited, EndProof.CgroupEmpty), (row.State, row.Proof));
        Assert.Equal((null, null), (row.ExitCode, row.ExitSignal));
    }

    [Theory(Timeout = Limit)]
    [InlineData("cgroup")]
    [InlineData("reaper")]
    public async Task Adopters_TwoAtOnce_OneWins(string how)
    {
        int root = await StartTreeAsync("for i in $(seq 30); do sleep 300 & done; sleep 0.2; echo ready; wait");
        HelperProcess[] adopters = [.. new[] { "two:1", "two:2" }.Select(id => StartHost("adopt", id, "token=" + Token(root), how, "gun"))];
        await Task.WhenAll(adopters.Select(adopter => adopter.ReadAsync("ready")));

        await Task.WhenAll(adopters.Select(adopter => adopter.SayAsync("go")));
        string[] answers = await Task.WhenAll(adopters.Select(async adopter => await adopter.ReadAsync(string.Empty)));

        string won = Assert.Single(answers, answer => answer.StartsWith("adopted", StringComparison.Ordinal));
        string lost = Assert.Single(answers, answer => answer != won);
        Assert.Contains("is in run two:", lost, StringComparison.Ordinal);
        Engine engine = Start(how == "reaper" ? ContainmentStrength.Reaper : ContainmentStrength.CgroupAndReaper);
        RunRecord running = Assert.Single(await engine.AllRowsAsync(), row => !row.State.IsFinal);
        Assert.Equal(31, (await engine.Registry.InspectAsync(running.RunId)).Count);
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Emergency)]
    [InlineData(KillMode.Graceful)]
    [Trait("Scenario", "S18")]
    public async Task Kill_ThatComesWhileItIsAdopted_EndsTheWholeTree(KillMode mode)
    {
        int root = await StartTreeAsync("for i in $(seq 20); do setsid sleep 300 & done; sleep 0.3; echo ready; wait");
        Task<KillReport>? kill = null;
        Engine killer = Start();
        await killer.Store.InitializeAsync();
        Engine engine = Start(services: services => services.With<IProcessStore>(store => new GatedStore(store)
        {
            Before = async commit =>
            {
                if (commit.Audit.Any(entry => entry.Stage == "Adopted") && kill is null)
                {
                    kill = Task.Run(() => killer.Kills.KillAsync(_id, new KillRequest("in the middle", WorkflowPrincipal.LocalUser()) { Mode = mode }));
                    await Wait.UntilAsync("the intent is there", async () => (await killer.Store.FindRunAsync(_id))!.State == RunState.Stopping);
                }
            },
        }));

        ITrackedProcess run = await AdoptAsync(engine, root, _id.Value);
        KillReport report = await kill!;

        Assert.Equal(mode == KillMode.Emergency ? KillOutcome.Killed : KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(EndProof.CgroupEmpty, report.Proof);
        Assert.DoesNotContain(ProcessEntry.StandingIn(Room.Path), entry => !entry.IsZombie);
        await run.WaitForExitAsync();
    }

    private int[] Tree() => [.. ProcessEntry.StandingIn(Room.Path).Where(entry => !entry.Name.StartsWith("WorkflowLifecyc", StringComparison.Ordinal)).Select(entry => entry.Pid).Order()];
}
