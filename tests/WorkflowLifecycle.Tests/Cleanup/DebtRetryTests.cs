using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using WorkflowLifecycle.Cleanup;
using WorkflowLifecycle.Cleanup.Debts;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>One debt, retried on request.</summary>
public sealed class DebtRetryTests : IAsyncDisposable
{
    private static readonly ClaimsPrincipal Actor = WorkflowPrincipal.Host("operator");

    private readonly Engine _engine;
    private readonly ScriptedCleaner _cleaner = new();

    public DebtRetryTests() => _engine = new Engine(services => services.AddSingleton<IResourceCleaner>(_cleaner));

    private ICleanupDebts Debts => _engine.Get<ICleanupDebts>();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Retry_ResourceGoes_IsSettledAuditedAndTold()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), "a");
        _cleaner.With("a", "of somebody else");
        _engine.Time.Advance(TimeSpan.FromMinutes(1));

        DebtRetry retry = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));

        Assert.Equal(DebtRetryOutcome.Settled, retry.Outcome);
        Assert.Null(retry.Message);
        Assert.Equal(1, _cleaner.Cleanings);
        Assert.Empty(_cleaner.Looks);
        CleanupDebt stored = await ReadAsync(debt);
        Assert.Equivalent(retry.Debt, stored, strict: true);
        Assert.Equal(_engine.Time.GetUtcNow(), stored.SettledAt);
        Assert.Equal((1, debt.CreatedAt), (stored.Attempts, stored.CreatedAt));
        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "DebtSettled");
        Assert.Equal(("host:operator", "scripted", debt.DebtId), (entry.Actor, entry.Details["cleaner"], entry.Details["debt"]));
        Assert.Contains(await _engine.Store.ReadEventsAsync(default, 100), told => told.Kind == "debt.settled" && told.Message == "scripted: a");
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_GoneAlready_IsSettled()
    {
        await OweAsync(await AddAsync(), "a");

        Assert.Equal(DebtRetryOutcome.Settled, Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor)).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_StillThere_RemainsWithTheLatestReasonAndBacksOff()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        _cleaner.OnClean = static (_, _) => throw new IOException("the disk is gone");
        List<double> pauses = [];

        for (int attempt = 1; attempt <= 14; attempt++)
        {
            DebtRetry retry = Assert.Single(await _engine.PlayAsync(Debts.RetryAsync(new DebtQuery(), Actor), TimeSpan.FromMilliseconds(50)));
            CleanupDebt stored = await ReadAsync(debt);
            Assert.Equal((DebtRetryOutcome.Remains, "the disk is gone"), (retry.Outcome, retry.Message));
            Assert.Equal((attempt, "the disk is gone", (DateTimeOffset?)null), (stored.Attempts, stored.Reason, stored.SettledAt));
            pauses.Add(Math.Round((stored.NextAttemptAt - _engine.Time.GetUtcNow()).TotalSeconds));
        }

        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600], pauses);
        Assert.Equal(14, (await _engine.AuditAsync()).Count(entry => entry.Stage == "DebtRetried"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_CleanerThatHangs_CostsItsCeilingAndTheDebtRemains()
    {
        await OweAsync(await AddAsync(), "a");
        TaskCompletionSource never = new();
        _cleaner.OnClean = (_, _) => never.Task;

        DebtRetry retry = Assert.Single(await _engine.PlayAsync(Debts.RetryAsync(new DebtQuery(), Actor), TimeSpan.FromSeconds(1)));

        Assert.Equal((DebtRetryOutcome.Remains, "the time was up"), (retry.Outcome, retry.Message));
        never.SetResult();
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_WholeCleaner_LooksAgainAndOwesWhatItFound()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), null);
        _cleaner.With("a", "b");
        _cleaner.OnClean = static (resource, _) => resource.Name == "b" ? throw new IOException("held") : Task.CompletedTask;

        DebtRetry retry = Assert.Single(await _engine.PlayAsync(Debts.RetryAsync(new DebtQuery(), Actor), TimeSpan.FromMilliseconds(50)));

        Assert.Equal(DebtRetryOutcome.Settled, retry.Outcome);
        Assert.Equal(CleanupMoment.Retry, Assert.Single(_cleaner.Looks).Moment);
        CleanupDebt left = Assert.Single(await Debts.ListAsync(new DebtQuery()));
        Assert.Equal(("b", "held", 0), (left.Resource!.Name, left.Reason, left.Attempts));
        Assert.False((await ReadAsync(debt)).IsOpen);
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_WholeCleanerThatCannotLook_Remains()
    {
        await OweAsync(await AddAsync(), null);
        _cleaner.OnDiscover = static (_, _) => throw new IOException("no such device");

        DebtRetry retry = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));

        Assert.Equal(DebtRetryOutcome.Remains, retry.Outcome);
        Assert.Contains("no such device", retry.Message, StringComparison.Ordinal);
        Assert.Single(await Debts.ListAsync(new DebtQuery()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_NotOursToDo_IsLeftAsItIs()
    {
        RunRecord run = await AddAsync();
        await OweAsync(run, "a", debt => debt with { HostId = "another" });
        await OweAsync(run, "b", debt => debt with { Cleaner = "unknown" });
        IReadOnlyList<CleanupDebt> before = await Debts.ListAsync(new DebtQuery());

        IReadOnlyList<DebtRetry> retries = await Debts.RetryAsync(new DebtQuery(), Actor);

        Assert.Equal([DebtRetryOutcome.Elsewhere, DebtRetryOutcome.NotAvailableHere], retries.Select(retry => retry.Outcome));
        Assert.Equivalent(before, await Debts.ListAsync(new DebtQuery()), strict: true);
        Assert.Equal(0, _cleaner.Cleanings);
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_EndNotProven_IsWithheldUntilTheMachineWasRestarted()
    {
        await OweAsync(await AddAsync(run => run with { State = RunState.EndedUnproven, Proof = EndProof.None }), "a");
        _cleaner.With("a");

        DebtRetry before = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));
        _engine.Platform.Look(default!).ReturnsForAnyArgs(ProcessPresence.OtherBoot);
        DebtRetry after = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));

        Assert.Equal((DebtRetryOutcome.Withheld, 0), (before.Outcome, before.Debt.Attempts));
        Assert.Equal(DebtRetryOutcome.Settled, after.Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_TwiceAtOnce_OneDoesIt()
    {
        await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        TaskCompletionSource go = new();
        _cleaner.OnClean = (_, _) => go.Task;

        Task<IReadOnlyList<DebtRetry>>[] asked = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => Debts.RetryAsync(new DebtQuery(), Actor)))];
        await Task.WhenAny(Task.WhenAll(asked.Where(retry => !retry.IsCompleted)), Engine.UntilAsync(() => _cleaner.Cleanings == 1));
        await Engine.UntilAsync(() => asked.Count(retry => retry.IsCompleted) == 7);
        go.SetResult();
        IReadOnlyList<DebtRetry>[] retries = await Task.WhenAll(asked);

        Assert.Equal(1, _cleaner.Cleanings);
        Assert.Single(retries, retry => retry is [{ Outcome: DebtRetryOutcome.Settled }]);
        Assert.Equal(7, retries.Count(retry => retry is [{ Outcome: DebtRetryOutcome.InProgress }]));
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_WhoWasAtItDied_IsTakenUpAfterItsTime()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateDebts = [DebtTimes.Claim(debt, _cleaner.Ceiling, _engine.Time.GetUtcNow())] }, CommitDurability.Process);

        DebtRetry during = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));
        _engine.Time.Advance(_cleaner.Ceiling + TimeSpan.FromSeconds(6));
        DebtRetry after = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));

        Assert.Equal(DebtRetryOutcome.InProgress, during.Outcome);
        Assert.Equal((DebtRetryOutcome.Settled, 2), (after.Outcome, after.Debt.Attempts));
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_BesideAProcessWhoseCeilingIsAnother_IsLeftToThatOne()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateDebts = [DebtTimes.Claim(debt, _cleaner.Ceiling + TimeSpan.FromSeconds(0.1234567), _engine.Time.GetUtcNow())] }, CommitDurability.Process);

        DebtRetry retry = Assert.Single(await Debts.RetryAsync(new DebtQuery(), Actor));

        Assert.Equal((DebtRetryOutcome.InProgress, 0), (retry.Outcome, _cleaner.Cleanings));
    }

    [Fact(Timeout = 30_000)]
    public async Task Retry_AfterAnAttemptOfAnyLength_IsNotTakenForOneThatIsUnderWay()
    {
        await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        _cleaner.OnClean = (_, _) =>
        {
            _engine.Time.Advance(TimeSpan.FromMicroseconds(1_001));
            throw new IOException("held");
        };

        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(DebtRetryOutcome.Remains, Assert.Single(await _engine.PlayAsync(Debts.RetryAsync(new DebtQuery(), Actor), TimeSpan.FromMicroseconds(10_001))).Outcome);
        }
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Retry_ReasonWithASecret_IsStoredAndToldWithoutIt()
    {
        CleanupDebt debt = await OweAsync(await AddAsync(), "a");
        _cleaner.With("a");
        _cleaner.OnClean = static (_, _) => throw new IOException("login at https://me:Zq7canary@example.org failed");

        DebtRetry retry = Assert.Single(await _engine.PlayAsync(Debts.RetryAsync(new DebtQuery(), Actor), TimeSpan.FromMilliseconds(50)));

        Assert.Equal("login at https://***@example.org failed", retry.Message);
        Assert.Equal(retry.Message, (await ReadAsync(debt)).Reason);
    }

    private async Task<RunRecord> AddAsync(Func<RunRecord, RunRecord>? change = null) => (await _engine.AddAsync(
        change: run => (change ?? (static row => row))(run with { State = RunState.Killed, Proof = EndProof.CgroupAndReaperEmpty, Cleaners = ["scripted"] }))).Run;

    private async Task<CleanupDebt> OweAsync(RunRecord run, string? resource, Func<CleanupDebt, CleanupDebt>? change = null)
    {
        CleanupDebt debt = CleanupDebts.New(
            run, null, "scripted", resource is null ? null : new RunResource { Cleaner = "scripted", Name = resource }, "it is still there", _engine.Time.GetUtcNow());
        debt = change?.Invoke(debt) ?? debt;
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddDebts = [debt] }, CommitDurability.Process);
        return await ReadAsync(debt);
    }

    private async Task<CleanupDebt> ReadAsync(CleanupDebt debt) =>
        Assert.Single(await _engine.Store.ReadDebtsAsync(new DebtQuery { DebtIds = [debt.DebtId], IncludeSettled = true }));
}
