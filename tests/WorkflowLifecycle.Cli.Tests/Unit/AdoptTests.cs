using NSubstitute;
using NSubstitute.ExceptionExtensions;

namespace WorkflowLifecycle.Cli.Tests.Unit;

public sealed class AdoptTests
{
    private static readonly AdoptCandidate _candidate = new()
    {
        Root = Sample.Run().Root! with { BootId = "1f2e3d4c-0000", PidfsHandle = "00ab" },
        User = "os:1000",
        StartedAt = Sample.Start,
        CpuTime = TimeSpan.FromMinutes(3),
        ResidentBytes = 3 * 1024 * 1024,
        Processes = [Sample.Process(), Sample.Process(4322, 4321, "evil\u001b[2J") with { BelongsBecause = "descendant" }],
        Nearby = [Sample.Process(99, 1) with { BelongsBecause = "same session" }],
        Strength = ContainmentStrength.CgroupOnly,
        Consequences = ["2 processes leave the cgroup /system.slice/x.service"],
    };

    [Fact]
    public async Task Find_ATree_ShowsItAndTheExactCommand()
    {
        CommandLine cli = Finding(_candidate);

        Assert.Equal(0, await cli.RunAsync("find", "--match", "sleep"));

        Assert.Contains("workflowctl adopt 4321@42@1f2e3d4c@00ab --reason why", cli.Out, StringComparison.Ordinal);
        Assert.Contains("CPU 3m 0s, 3 MiB in 2 processes", cli.Out, StringComparison.Ordinal);
        Assert.Contains("only near  99 sleep 60 (same session)", cli.Out, StringComparison.Ordinal);
        Assert.Contains("evil\\x1b[2J (descendant)", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_ATreeThatIsARunOrRefused_OffersNoAdoption()
    {
        CommandLine cli = Finding(_candidate with { TrackedBy = Sample.Id, Refusal = "is in a run" }, _candidate with { Refusal = "is of another user" });

        await cli.RunAsync("find", "--match", "sleep");

        Assert.Contains($"is run {Sample.Id} already: workflowctl show {Sample.Id}", cli.Out, StringComparison.Ordinal);
        Assert.Contains("cannot be adopted: is of another user", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("workflowctl adopt", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_WithoutAStore_LooksAllTheSame()
    {
        CommandLine cli = Finding(_candidate);
        cli.OpeningFails = new StoreUnavailableException("away");

        Assert.Equal(0, await cli.RunAsync("find", "--match", "sleep", "--json"));
        Assert.Equal("4321@42@1f2e3d4c@00ab", cli.Json[0].GetProperty("token").GetString());
        Assert.Equal(2, cli.Json[0].GetProperty("processes").GetArrayLength());
    }

    [Theory]
    [InlineData(AdoptFailure.NotThere, 3)]
    [InlineData(AdoptFailure.Protected, 4)]
    [InlineData(AdoptFailure.NotPermitted, 4)]
    [InlineData(AdoptFailure.AlreadyTracked, 4)]
    [InlineData(AdoptFailure.TooWeak, 1)]
    [InlineData(AdoptFailure.NotHeld, 1)]
    public async Task Adopt_Failure_HasItsExitCode(AdoptFailure failure, int exitCode)
    {
        CommandLine cli = new();
        cli.Launcher.PreviewAdoptionAsync(default, default, default).ReturnsForAnyArgs(_candidate);
        cli.Launcher.AdoptAsync(default!, default!, default).ThrowsAsyncForAnyArgs(new AdoptFailedException(failure, "the reason"));

        Assert.Equal(exitCode, await cli.RunAsync("adopt", _candidate.Token.ToString(), "--reason", "nobody tracked it", "--yes"));
        Assert.Contains("the reason", cli.Error, StringComparison.Ordinal);
        Assert.Contains("help:", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adopt_NotConfirmed_TouchesNothing()
    {
        CommandLine cli = new() { IsTerminal = true, Answer = "no\n" };
        cli.Launcher.PreviewAdoptionAsync(default, default, default).ReturnsForAnyArgs(_candidate);

        Assert.Equal(1, await cli.RunAsync("adopt", _candidate.Token.ToString(), "--reason", "nobody tracked it"));

        Assert.Contains("changes    2 processes leave the cgroup", cli.Error, StringComparison.Ordinal);
        await cli.Launcher.DidNotReceiveWithAnyArgs().AdoptAsync(default!, default!, default);
    }

    private static CommandLine Finding(params AdoptCandidate[] candidates)
    {
        CommandLine cli = new();
        cli.Launcher.FindAdoptableAsync(default!, default).ReturnsForAnyArgs(candidates);
        return cli;
    }
}
