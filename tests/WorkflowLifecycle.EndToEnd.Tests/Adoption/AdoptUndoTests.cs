using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Adoption;

/// <summary>An adoption that cannot be finished leaves everything where it was; and what belongs by choice alone.</summary>
public sealed class AdoptUndoTests : AdoptionTest
{
    private static readonly RunId _id = RunId.Parse("undo:1");

    [Theory(Timeout = Limit)]
    [InlineData(ContainmentStrength.CgroupAndReaper)]
    [InlineData(ContainmentStrength.Reaper)]
    public async Task Adopt_StoreThatGoesAwayBeforeTheLastCommit_PutsEverybodyBack(ContainmentStrength strength)
    {
        bool isAway = false;
        string? inside = null;
        int root = await StartTreeAsync("sleep 300 & setsid sleep 300 & sleep 0.2; echo ready; wait");
        string before = CgroupOf(root);
        Engine engine = Start(strength, services: services => services.With<IProcessStore>(store => new GatedStore(store)
        {
            Before = commit =>
            {
                isAway = isAway || commit.Audit.Any(entry => entry.Stage == "Adopted");
                inside ??= isAway ? CgroupOf(root) : null;
                return isAway ? Task.FromException(new StoreUnavailableException("away", null)) : Task.CompletedTask;
            },
        }));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => AdoptAsync(engine, root, _id.Value));

        Assert.Equal(strength == ContainmentStrength.Reaper, inside == before);
        Assert.All(ProcessEntry.StandingIn(Room.Path), entry => Assert.Equal(before, CgroupOf(entry.Pid)));
        Assert.Equal(3, ProcessEntry.StandingIn(Room.Path).Count);
        isAway = false;
        await Wait.UntilAsync("the row says so", async () => { isAway = false; return (await engine.RowAsync(_id)).State == RunState.LaunchFailed; });
        EndTree();
    }

    [Fact(Timeout = Limit)]
    public async Task Adopt_ATreeFromACgroupOfItsOwn_GoesBackThereOnFailure()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root may make cgroups everywhere.");
        string mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields.Contains("cgroup2"))[4];
        string unit = Path.Combine(mount, $"wfl-test-unit-{Environment.ProcessId}");
        Directory.CreateDirectory(unit);
        try
        {
            bool isAway = false;
            int root = await StartTreeAsync($"echo $$ > {unit}/cgroup.procs; sleep 300 & echo ready; wait");
            Engine engine = Start(services: services => services.With<IProcessStore>(store => new GatedStore(store)
            {
                Before = commit => (isAway |= commit.Audit.Any(entry => entry.Stage == "Adopted"))
                    ? Task.FromException(new StoreUnavailableException("away", null))
                    : Task.CompletedTask,
            }));
            Assert.Contains((await PreviewAsync(engine, root)).Consequences, change => change.StartsWith($"2 processes leave the cgroup {unit}:", StringComparison.Ordinal));

            await Assert.ThrowsAsync<StoreUnavailableException>(() => AdoptAsync(engine, root, _id.Value));

            Assert.All(ProcessEntry.StandingIn(Room.Path), entry => Assert.Equal("/" + Path.GetFileName(unit), CgroupOf(entry.Pid)));
            isAway = false;
            await using ITrackedProcess run = await Start().Launcher.AdoptAsync((await PreviewAsync(engine, root)).Root, Request());
            Assert.Equal(ContainmentStrength.CgroupOnly, run.Strength);
            await engine.Kills.KillAsync(run.RunId, Engine.Emergency());
            await Wait.UntilAsync("the row says so", async () => { isAway = false; return (await engine.RowAsync(_id)).State == RunState.LaunchFailed; });
        }
        finally
        {
            EndTree();
            await Wait.UntilAsync("the cgroup is empty", () => File.ReadAllText(Path.Combine(unit, "cgroup.procs")).Length == 0);
            Directory.Delete(unit);
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Adopt_TheSession_OnlyByChoice(bool includeSession)
    {
        Engine engine = Start();

        // The orphan is in the session of the tree, and nobody's descendant but init's.
        HelperProcess tree = StartHelper("setsid", "--fork", "--wait", "sh", "-c", "(sleep 300 & echo $! > orphan); sleep 300 & echo $$ > leader; echo ready; wait");
        await tree.ReadAsync("ready");
        int root = Number("leader");
        int orphan = Number("orphan");
        AdoptCandidate preview = await PreviewAsync(engine, root, includeSession);
        Assert.Equal(includeSession ? 3 : 2, preview.Processes.Count);
        string why = (includeSession ? preview.Processes : preview.Nearby).Single(process => process.Pid == orphan).BelongsBecause;
        Assert.Equal(includeSession ? "same session" : "same process group", why);

        await using ITrackedProcess run = await engine.Launcher.AdoptAsync(preview.Root, Request() with { IncludeSession = includeSession });

        RunRecord row = await engine.RowAsync(run.RunId);
        Assert.True(IsInside(root, row));
        Assert.Equal(includeSession, IsInside(orphan, row));
        Assert.False(IsInside(tree.Pid, row));
        await engine.Kills.KillAsync(run.RunId, Engine.Emergency());
        Assert.Equal(!includeSession, ProcessEntry.IsAlive(orphan));
        EndTree();
    }

    [Fact(Timeout = Limit)]
    public async Task Find_ByText_GivesTheTopmostAndRedacts()
    {
        Engine engine = Start();
        string text = $"marked-{Guid.NewGuid():N}";
        int root = await StartTreeAsync($": {text} --password=hunter22; sh -c ': {text}; sleep 300 & wait' & sleep 0.2; echo ready; wait");

        AdoptCandidate found = Assert.Single(await engine.Launcher.FindAdoptableAsync(text.ToUpperInvariant()));

        Assert.Equal((root, 3), (found.Root.Pid, found.Processes.Count));
        Assert.Equal(Token(root), found.Token with { Handle = null });
        Assert.All(found.Processes, process => Assert.DoesNotContain("hunter22", process.CommandLine, StringComparison.Ordinal));
        Assert.Equal(["root", "descendant", "descendant"], found.Processes.Select(process => process.BelongsBecause));
        Assert.InRange(found.StartedAt, DateTimeOffset.UtcNow.AddSeconds(-30), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.True(found.ResidentBytes > 0);
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Launcher.FindAdoptableAsync("ab"));
        EndTree();
    }

    private int Number(string file) => int.Parse(File.ReadAllText(Room.File(file)), System.Globalization.CultureInfo.InvariantCulture);

    private void EndTree()
    {
        foreach (ProcessEntry entry in ProcessEntry.StandingIn(Room.Path))
        {
            Signals.Send("KILL", entry.Pid);
        }
    }
}
