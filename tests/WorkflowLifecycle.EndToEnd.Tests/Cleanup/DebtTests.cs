using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Cleanup;

/// <summary>Debts with real trees, a real store, and hosts that come and go.</summary>
public sealed class DebtTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("owing:1");

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Debt_OfAHostThatIsGone_IsSettledByTheNext()
    {
        MarkerCleaner held = new(Room.Path) { OnClean = static () => throw new IOException("held by a test") };
        Engine first = Start(services: services => services.AddSingleton<IResourceCleaner>(held));
        ITrackedProcess process = await first.LaunchReadyAsync(first.Program("stubborn") with { RunId = _id });
        KillReport report = await first.Kills.KillAsync(_id, Engine.Emergency());
        await process.DisposeAsync();
        CleanupDebt debt = Assert.Single(await first.Store.ReadDebtsAsync(new DebtQuery(), Aborted));

        // The first was never up as a host, so nobody has retried it: as after a crash.
        Engine second = Start(services: services => services.AddSingleton<IResourceCleaner>(new MarkerCleaner(Room.Path)));
        IHostedService host = second.Hosted;
        await host.StartAsync(Aborted);
        while ((await second.Store.ReadDebtsAsync(new DebtQuery(), Aborted)).Count > 0)
        {
            await Task.Delay(50, Aborted);
        }

        await host.StopAsync(Aborted);
        Assert.Equal(CleanupOutcomes.Failed, Assert.Single(report.Cleanup, line => line.Cleaner == "marker").Outcome);
        Assert.Equal(("marker", "held by a test"), (debt.Cleaner, debt.Reason));
        Assert.Empty(Directory.GetFiles(Room.Path, "*.marker"));
        CleanupDebt settled = Assert.Single(await second.Store.ReadDebtsAsync(new DebtQuery { IncludeSettled = true }, Aborted));
        Assert.Equal(1, settled.Attempts);
        Assert.Single(await second.Store.ReadAuditAsync(new AuditQuery { RunId = _id }, Aborted), entry => entry.Stage == "DebtSettled");
    }

    [Fact(Timeout = Limit)]
    public async Task Debt_RetriedByTwoHostsAtOnce_IsFreedOnce()
    {
        TaskCompletionSource go = new();
        int cleanings = 0;
        Engine[] hosts = [.. Enumerable.Range(0, 2).Select(_ => Start(services: services => services.AddSingleton<IResourceCleaner>(
            new MarkerCleaner(Room.Path)
            {
                OnClean = () =>
                {
                    Interlocked.Increment(ref cleanings);
                    return go.Task;
                },
            })))];
        Engine launcher = Start(services: services => services.AddSingleton<IResourceCleaner>(new MarkerCleaner(Room.Path) { OnClean = static () => throw new IOException("held") }));
        await using ITrackedProcess process = await launcher.LaunchReadyAsync(launcher.Program("stubborn") with { RunId = _id });
        await launcher.Kills.KillAsync(_id, Engine.Emergency());

        Task<IReadOnlyList<DebtRetry>>[] retries = [.. hosts.Select(host => Task.Run(() => host.Debts.RetryAsync(new DebtQuery(), WorkflowPrincipal.Host("test"), Aborted)))];
        await Task.WhenAny(retries);
        go.SetResult();
        DebtRetryOutcome[] outcomes = [.. (await Task.WhenAll(retries)).Select(retry => Assert.Single(retry).Outcome)];

        Assert.Equal([DebtRetryOutcome.Settled, DebtRetryOutcome.InProgress], outcomes.Order());
        Assert.Equal(1, cleanings);
        Assert.Empty(Directory.GetFiles(Room.Path, "*.marker"));
    }
}
