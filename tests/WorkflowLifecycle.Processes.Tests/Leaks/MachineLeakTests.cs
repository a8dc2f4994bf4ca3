using System.Globalization;
using WorkflowLifecycle.Processes.Tests.Support;

namespace WorkflowLifecycle.Processes.Tests.Leaks;

/// <summary>What the machine has more of at the end of a run: cgroups and System V objects.</summary>
[Collection(nameof(AloneCollection))]
public sealed class MachineLeakTests : LeakTest
{
    private const int Limit = 60_000;

    private const string MakesASegment = "import ctypes\nprint(ctypes.CDLL(None).shmget(0, 4096, 0o1600), flush=True)\ninput()";

    [Theory(Timeout = Limit)]
    [InlineData("")]
    [InlineData("leak-test-place")]
    [Trait("Scenario", "S11")]
    public async Task Discover_CgroupWithOurNameSince_IsTold(string below)
    {
        string place = Path.Combine(CgroupPlace.Require(), below);
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        Directory.CreateDirectory(place);
        await LaunchAsync(leaks, run);
        string left = Directory.CreateDirectory(Path.Combine(place, "wfl-" + Guid.NewGuid().ToString("N"))).FullName;

        RunResource[] told = await EndAsync(leaks, run);
        Directory.Delete(left);
        if (below.Length > 0)
        {
            Directory.Delete(place);
        }

        RunResource cgroup = Assert.Single(told, resource => resource.Name == left);
        Assert.StartsWith("it is empty, and no run directory here has its number", cgroup.Note, StringComparison.Ordinal);
        Assert.Equal(ResourceHandling.Report, cgroup.Handling);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_CgroupWithTheRunsNumberInAnotherPlace_IsTold()
    {
        string place = CgroupPlace.Require();
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);
        string left = Directory.CreateDirectory(Path.Combine(place, "wfl-" + run.Row.InternalId)).FullName;

        RunResource[] told = await EndAsync(leaks, run);
        Directory.Delete(left);

        Assert.Contains("is not where the run's cgroup was", Assert.Single(told, resource => resource.Name == left).Note, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_RunOfAnotherRuntimeDirectoryThatLives_IsNoLeak()
    {
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);
        await using LiveRun living = await LiveRun.LaunchAsync("sleep 60 & sleep 60", withCgroup: true);

        RunResource[] told = await EndAsync(leaks, run);

        Assert.DoesNotContain(told, resource => resource.Name == living.Record.CgroupPath);
        Assert.DoesNotContain(told, resource => resource.Note!.Contains(living.Run.RunId.ToString(), StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_CgroupOfARunThatIsNotCleanedYet_IsNoLeak()
    {
        string number = Guid.NewGuid().ToString("N");
        string place = CgroupPlace.Require();
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Place.File("r/" + number)).FullName, "kill.lock"), string.Empty);
        string cgroup = Directory.CreateDirectory(Path.Combine(place, "wfl-" + number)).FullName;

        RunResource[] told = await EndAsync(leaks, run);
        Directory.Delete(cgroup);

        Assert.DoesNotContain(told, resource => resource.Name == cgroup);
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_SegmentWhoseMakerIsGone_IsToldAndOneWhoseMakerLivesIsNot()
    {
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);
        using Child gone = Child.Start("python3", "-c", MakesASegment);
        using Child living = Child.Start("python3", "-c", MakesASegment);
        string left = (await gone.ReadLineAsync())!;
        string used = (await living.ReadLineAsync())!;
        gone.Tell(string.Empty);
        await gone.WaitAsync();

        RunResource[] told = await EndAsync(leaks, run);
        using Child remove = Child.Start("ipcrm", "-m", left, "-m", used);
        await remove.WaitAsync();

        RunResource segment = Assert.Single(told, resource => resource.Name.StartsWith($"segment {left} ", StringComparison.Ordinal));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"who made it (PID {gone.Pid}) is gone"), segment.Note, StringComparison.Ordinal);
        Assert.DoesNotContain(told, resource => resource.Name.StartsWith($"segment {used} ", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task Discover_SegmentThatWasThereBefore_IsNotTold()
    {
        using Child gone = Child.Start("python3", "-c", MakesASegment);
        string left = (await gone.ReadLineAsync())!;
        gone.Tell(string.Empty);
        await gone.WaitAsync();
        IResourceProvider leaks = Create();
        RunContexts run = NewRun();
        await LaunchAsync(leaks, run);

        RunResource[] told = await EndAsync(leaks, run);
        using Child remove = Child.Start("ipcrm", "-m", left);
        await remove.WaitAsync();

        Assert.DoesNotContain(told, resource => resource.Name.StartsWith($"segment {left} ", StringComparison.Ordinal));
    }
}
