using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>A cleaner of one's own, with real trees, a real store, and more than one process at the same run.</summary>
public sealed class OwnCleanerTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("own:1");

    private readonly TaskCompletionSource _never = new();

    private MarkerCleaner Cleaner => field ??= new MarkerCleaner(Room.Path);

    private Engine StartWithCleaner(MarkerCleaner? cleaner = null) => Start(services: services => services.AddSingleton<IResourceCleaner>(cleaner ?? Cleaner));

    private static CleanupResult LineOf(IReadOnlyList<CleanupResult> receipt) => Assert.Single(receipt, line => line.Cleaner == "marker");

    [Fact(Timeout = Limit)]
    public async Task Launch_HandsTheProgramWhatWasMadeForIt()
    {
        Engine engine = StartWithCleaner();

        RunResult result = await engine.Launcher.RunAsync(engine.Shell("cat \"$MARKER\"") with { RunId = _id });

        Assert.Equal("made", result.StandardOutput);
        Assert.Empty(Directory.GetFiles(Room.Path, "*.marker"));
        RunReceipt receipt = (await engine.Registry.FindReceiptAsync(_id))!;
        Assert.Equal((CleanupOutcomes.Clean, 1, 1), (LineOf(receipt.Cleanup).Outcome, LineOf(receipt.Cleanup).Found.Count, LineOf(receipt.Cleanup).Cleaned.Count));
        Assert.Equal(["cgroup", "shim", "run-directory", "marker"], receipt.Cleanup.Select(line => line.Cleaner));
    }

    [Theory(Timeout = Limit)]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    public async Task Kill_FreesWhatWasMadeAndProvesIt(KillMode mode)
    {
        Engine engine = StartWithCleaner();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        Assert.Single(Directory.GetFiles(Room.Path, "*.marker"));

        KillReport report = await engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 0.3) with { Mode = mode });

        Assert.Equal((KillOutcome.Killed, CleanupOutcomes.Clean), (report.Outcome, LineOf(report.Cleanup).Outcome));
        Assert.Empty(Directory.GetFiles(Room.Path, "*.marker"));
        Assert.Equal(LineOf(report.Cleanup).Cleaned, LineOf((await engine.Registry.FindReceiptAsync(_id))!.Cleanup).Cleaned);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_BesideACleanerThatHangsInAnotherProcess_IsProvenInItsTime()
    {
        Engine first = StartWithCleaner();
        await using ITrackedProcess process = await first.LaunchReadyAsync(first.Program("stubborn") with { RunId = _id });
        Cleaner.OnClean = () => _never.Task;
        Task<KillReport> hanging = first.Kills.KillAsync(_id, Engine.Graceful(seconds: 0.1));
        await Cleaner.Cleaning.Task;
        Engine second = StartWithCleaner(new MarkerCleaner(Room.Path));

        KillReport report = await second.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        Assert.InRange(report.DurationMs, 0, 5000);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report.Cleanup).Outcome);
        _never.SetResult();
        Assert.Equal(report.KillId, (await hanging).KillId);
        Assert.Equal(RunState.Killed, (await second.RowAsync(_id)).State);
        Assert.Empty(await second.Store.ReadDebtsAsync(new DebtQuery()));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ByAProcessWithoutTheCleaner_LeavesADebtThatOneWithItSettles()
    {
        Engine first = StartWithCleaner();
        await using ITrackedProcess process = await first.LaunchReadyAsync(first.Program("stubborn") with { RunId = _id });
        Engine second = Start();

        KillReport report = await second.Kills.KillAsync(_id, Engine.Emergency());

        Assert.Equal(CleanupOutcomes.NotAvailableHere, LineOf(report.Cleanup).Outcome);
        Assert.Single(Directory.GetFiles(Room.Path, "*.marker"));
        CleanupDebt debt = Assert.Single(await second.Store.ReadDebtsAsync(new DebtQuery()));
        Assert.Equal(("marker", report.KillId), (debt.Cleaner, debt.KillId));
    }
}
