using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>Debts in a host that is up.</summary>
public sealed class DebtLoopTests : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly Logs _logs = new();
    private readonly ScriptedCleaner _cleaner = new();
    private readonly ScriptedCleaner _other = new("other");
    private bool _isStarted;

    public DebtLoopTests() => _engine = new Engine(services => services
        .AddSingleton<IResourceCleaner>(_cleaner)
        .AddSingleton<IResourceCleaner>(_other)
        .AddSingleton<ILoggerFactory>(_logs));

    private IHostedService Host => _engine.Get<IEnumerable<IHostedService>>().Single();

    public async ValueTask DisposeAsync()
    {
        if (_isStarted)
        {
            await Host.StopAsync(CancellationToken.None);
        }

        await _engine.DisposeAsync();
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_StartsWithADebtThatIsDue_RetriesUntilItIsSettled()
    {
        CleanupDebt debt = await OweAsync("a");
        _cleaner.With("a");
        int tries = 0;
        _cleaner.OnClean = (_, _) => ++tries <= 6 ? throw new IOException("held") : Task.CompletedTask;

        await StartAsync();
        await SettledAsync(debt);

        Assert.Equal(7, tries);
        Assert.Contains(_logs.Entries, entry => entry.Id == 510 && entry.Text.Contains(debt.DebtId, StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_KillLeavesADebt_IsWokenByIt()
    {
        await StartAsync();
        _cleaner.With("a");
        bool isHeld = true;
        _cleaner.OnClean = (_, _) => isHeld ? throw new IOException("held") : Task.CompletedTask;
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Cleaners = ["scripted"] });
        held.Leaving.SetResult(Sample.Left);

        await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Request), TimeSpan.FromMilliseconds(20));
        CleanupDebt debt = Assert.Single(await _engine.Store.ReadDebtsAsync(new DebtQuery()));
        isHeld = false;
        DateTimeOffset before = _engine.Time.GetUtcNow();
        await SettledAsync(debt);

        // Long before it would have looked by itself.
        Assert.InRange(_engine.Time.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(20));
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_DebtOfAnotherProcess_IsFoundByLooking()
    {
        await StartAsync();
        CleanupDebt debt = await OweAsync("a");
        _cleaner.With("a");

        await SettledAsync(debt);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Host_DebtWhoseNameIsASecret_IsToldWithoutIt()
    {
        CleanupDebt debt = await OweAsync("/srv/token=Zq7canary", static owed => owed with { CreatedAt = owed.CreatedAt - TimeSpan.FromDays(1) });
        _cleaner.With("/srv/token=Zq7canary");
        int tries = 0;
        _cleaner.OnClean = (_, _) => ++tries <= 4 ? throw new IOException("held") : Task.CompletedTask;

        await StartAsync();
        await SettledAsync(debt);

        await Engine.UntilAsync(() => _logs.Entries.Any(entry => entry.Id == 510));
        Assert.Equal([510, 511, 512], _logs.Entries.Select(entry => entry.Id).Where(id => id is >= 510 and <= 512).Distinct().Order());
        Assert.DoesNotContain(_logs.Entries, entry => entry.Text.Contains("Zq7", StringComparison.Ordinal));
        Assert.DoesNotContain(await _engine.Store.ReadEventsAsync(default, 100), told => told.Message?.Contains("Zq7", StringComparison.Ordinal) == true);
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_StopsWhileTheStoreHangs_InItsOwnTime()
    {
        await OweAsync("a");
        TaskCompletionSource back = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource asked = new();
        await StartAsync();
        _engine.Store.OnRead = () =>
        {
            asked.TrySetResult();
            return back.Task;
        };
        await PlayUntilAsync(() => asked.Task.IsCompleted);

        using CancellationTokenSource timeIsUp = new(TimeSpan.FromMilliseconds(100));
        Task stopping = Host.StopAsync(timeIsUp.Token);

        await stopping.WaitAsync(TimeSpan.FromSeconds(10));
        back.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_CleanersThatItLacks_DoNotKeepTheOthers()
    {
        for (int i = 0; i < 40; i++)
        {
            await OweAsync($"x{i}", debt => debt with { Cleaner = "unknown" });
        }

        CleanupDebt debt = await OweAsync("a");
        await StartAsync();

        await SettledAsync(debt);
        Assert.Equal(40, (await _engine.Store.ReadDebtsAsync(new DebtQuery())).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_StoreAway_GoesOnWhenItIsBack()
    {
        await StartAsync();
        CleanupDebt debt = await OweAsync("a");
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();
        for (int i = 0; i < 50; i++)
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        await SettledAsync(debt);
        Assert.Contains(_logs.Entries, entry => entry.Id == 513);
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_CleanerThatHangs_DoesNotKeepTheOthers()
    {
        TaskCompletionSource never = new();
        _cleaner.With("a");
        _cleaner.Ceiling = TimeSpan.FromHours(20);
        _cleaner.OnClean = (_, _) => never.Task;
        await OweAsync("a");
        await StartAsync();
        await PlayUntilAsync(() => _cleaner.Cleanings == 1, seconds: 0.2);

        CleanupDebt debt = await OweAsync("b", debt => debt with { Cleaner = "other" });
        _other.With("b");
        await SettledAsync(debt, seconds: 5);

        never.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_StopsWhileACleanerHangs_Promptly()
    {
        TaskCompletionSource never = new();
        _cleaner.With("a");
        _cleaner.OnClean = (_, _) => never.Task;
        CleanupDebt debt = await OweAsync("a");
        await StartAsync();
        await PlayUntilAsync(() => _cleaner.Cleanings == 1, seconds: 0.2);

        _isStarted = false;
        await Host.StopAsync(CancellationToken.None);

        CleanupDebt stored = Assert.Single(await _engine.Store.ReadDebtsAsync(new DebtQuery()));
        Assert.Equal((debt.DebtId, 1), (stored.DebtId, stored.Attempts));
        never.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_DebtIsOverdue_TellsOnceAnHourAndHealthShowsIt()
    {
        CleanupDebt debt = await OweAsync("a");
        _cleaner.With("a");

        // The clock runs in long steps: no attempt is to be over for want of time.
        _cleaner.Ceiling = TimeSpan.FromHours(1);
        bool isHeld = true;
        _cleaner.OnClean = (_, _) => isHeld ? throw new IOException("held") : Task.CompletedTask;
        Assert.True((await HealthAsync()).IsHealthy);
        await StartAsync();

        await PlayUntilAsync(() => Told() == 1);
        TimeSpan first = _engine.Time.GetUtcNow() - debt.CreatedAt;
        HealthFinding finding = Assert.Single((await HealthAsync()).Findings);
        await PlayUntilAsync(() => Told() == 2);
        TimeSpan second = _engine.Time.GetUtcNow() - debt.CreatedAt;
        isHeld = false;
        await SettledAsync(debt, seconds: 15);

        Assert.InRange(first, TimeSpan.FromHours(1), TimeSpan.FromMinutes(70));
        Assert.InRange(second - first, TimeSpan.FromMinutes(50), TimeSpan.FromMinutes(80));
        Assert.Equal((HealthFindings.DebtOverdue, debt.DebtId, debt.RunId, debt.CreatedAt), (finding.Kind, finding.DebtId, finding.RunId, finding.Since));
        Assert.Contains("held", finding.Message, StringComparison.Ordinal);
        Assert.True((await HealthAsync()).IsHealthy);
    }

    [Fact(Timeout = 30_000)]
    public async Task Host_DebtIsOverdueBesideManyOlderOnesOfAnotherMachine_IsToldOf()
    {
        CleanupDebt ours = await OweAsync("a");
        CleanupDebt[] theirs = [.. Enumerable.Range(0, DebtQuery.MaximumLimit).Select(number =>
            ours with { DebtId = $"debt_{number:x12}", HostId = "another", CreatedAt = ours.CreatedAt - TimeSpan.FromDays(1) })];
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddDebts = theirs }, CommitDurability.Process);
        _cleaner.With("a");
        _cleaner.OnClean = static (_, _) => throw new IOException("held");
        await StartAsync();

        await PlayUntilAsync(() => Told() == 1, seconds: 60);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Health_DebtWhoseNameAndReasonHaveSecrets_IsAFindingWithoutThem()
    {
        await OweAsync("/srv/token=Zq7canary", static owed => owed with { CreatedAt = owed.CreatedAt - TimeSpan.FromDays(1), Reason = "cannot open /srv/token=Zq7reason" });

        HealthFinding finding = Assert.Single((await HealthAsync()).Findings);

        Assert.Equal(HealthFindings.DebtOverdue, finding.Kind);
        Assert.Contains("/srv/token=", finding.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Zq7", finding.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Health_StoreAway_IsAFinding()
    {
        _engine.Store.OnInitialize = ScriptedStore.Away;

        Assert.Equal(HealthFindings.StoreUnavailable, Assert.Single((await HealthAsync()).Findings).Kind);
    }

    private int Told() => _logs.Entries.Count(entry => entry.Id == 512);

    private Task<LifecycleHealthReport> HealthAsync() => _engine.Get<ILifecycleHealth>().ReadAsync(TestContext.Current.CancellationToken);

    private async Task StartAsync()
    {
        await Host.StartAsync(CancellationToken.None);
        _isStarted = true;
    }

    private async Task SettledAsync(CleanupDebt debt, double seconds = 0.2)
    {
        for (int i = 0; i < 5000; i++)
        {
            if ((await _engine.Store.ReadDebtsAsync(new DebtQuery { DebtIds = [debt.DebtId] })).Count == 0)
            {
                return;
            }

            _engine.Time.Advance(TimeSpan.FromSeconds(seconds));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.Fail("It was not settled.");
    }

    private async Task PlayUntilAsync(Func<bool> condition, double seconds = 15)
    {
        for (int i = 0; i < 5000 && !condition(); i++)
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(seconds));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.True(condition(), "It did not come to that, however long the clock runs.");
    }

    private async Task<CleanupDebt> OweAsync(string resource, Func<CleanupDebt, CleanupDebt>? change = null)
    {
        RunRecord run = Sample.Run("run_1", _engine.Directory) with { State = RunState.Killed, Proof = EndProof.CgroupAndReaperEmpty, Cleaners = ["scripted"] };
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddRun = run }, CommitDurability.Process);
        CleanupDebt debt = CleanupDebts.New(run, null, "scripted", new RunResource { Cleaner = "scripted", Name = resource }, "it is still there", _engine.Time.GetUtcNow());
        debt = change?.Invoke(debt) ?? debt;
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddDebts = [debt] }, CommitDurability.Process);
        return debt;
    }
}
