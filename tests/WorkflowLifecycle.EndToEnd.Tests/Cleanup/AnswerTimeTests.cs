using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Processes;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>An emergency answers in its five seconds by the clock on the wall, over real trees and a real store. That they are slow is injected.</summary>
public sealed class AnswerTimeTests : EndToEndTest
{
    // The five seconds begin at the intent; the way there, and a machine that is busy, come on top.
    private const double Answered = 5.5;

    private static readonly RunId _id = RunId.Parse("answer:1");

    private readonly ManualResetEventSlim _released = new();
    private TimeSpan _toDie;
    private bool _hangsInFreeing;

    private Engine StartSlow(MarkerCleaner cleaner) => Start(services: services =>
    {
        services.AddSingleton<IResourceCleaner>(cleaner);
        services.With<IContainmentPlatform>(platform => new DecoratedPlatform(platform)
        {
            Opened = real => SlowContainment.Around(real, () => Task.Delay(_toDie, TimeProvider.System), HangAsync),
        });
    });

    // As a kernel that does not come back: the thread is gone for as long.
    private Task HangAsync()
    {
        if (_hangsInFreeing)
        {
            _released.Wait();
        }

        return Task.CompletedTask;
    }

    private static async Task<(KillReport Report, TimeSpan Took)> KillAsync(Engine engine)
    {
        long started = TimeProvider.System.GetTimestamp();
        KillReport report = await engine.Kills.KillAsync(_id, Engine.Emergency());
        return (report, TimeProvider.System.GetElapsedTime(started));
    }

    // What was not freed in time is freed by the debts that it left.
    private async Task SettleAsync(Engine engine)
    {
        (_hangsInFreeing, _toDie) = (false, TimeSpan.Zero);
        _released.Set();
        await Wait.UntilAsync("the debts are settled", async () =>
        {
            await engine.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.LocalUser());
            return (await engine.Store.ReadDebtsAsync(new DebtQuery())).Count == 0;
        });
        Assert.Empty(Directory.GetFiles(Room.Path, "*.marker"));
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_OfATreeThatTakesLong_BesideACleanerThatHangs_AnswersInFiveSeconds()
    {
        MarkerCleaner cleaner = new(Room.Path) { OnClean = HangAsync };
        Engine engine = StartSlow(cleaner);
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        (_toDie, _hangsInFreeing) = (TimeSpan.FromSeconds(4.8), true);

        (KillReport report, TimeSpan took) = await KillAsync(engine);

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        Assert.InRange(took.TotalSeconds, 4.8, Answered);
        Assert.Equal(CleanupOutcomes.CeilingReached, Assert.Single(report.Cleanup, line => line.Cleaner == "marker").Outcome);
        Assert.False(cleaner.Cleaning.Task.IsCompleted);
        Assert.Equal(report.KillId, (await engine.Kills.FindReportAsync(report.KillId))!.KillId);
        await SettleAsync(engine);
    }

    [Fact(Timeout = Limit)]
    public async Task Emergency_WhoseCleanerAndContainmentHang_AnswersInFiveSecondsAndOwesBoth()
    {
        Engine engine = StartSlow(new MarkerCleaner(Room.Path) { OnClean = HangAsync });
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        _hangsInFreeing = true;

        (KillReport report, TimeSpan took) = await KillAsync(engine);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(took.TotalSeconds, 4.2, Answered);
        Assert.Equal(["containment", "marker"], (await engine.Store.ReadDebtsAsync(new DebtQuery())).Select(debt => debt.Cleaner).Order(StringComparer.Ordinal));
        await SettleAsync(engine);
    }
}
