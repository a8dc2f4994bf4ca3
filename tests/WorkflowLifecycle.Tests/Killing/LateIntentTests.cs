using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>A store that takes an intent after its kill was refused: nobody was told that the run is being ended, so it is not.</summary>
[Trait("Scenario", "S40")]
public sealed class LateIntentTests : IAsyncDisposable
{
    private readonly Engine _engine = new();
    private readonly TaskCompletionSource _intent = new();
    private readonly TaskCompletionSource _refusal = new();
    private CommitOutcome? _late;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<RunRecord> RefuseAsync(KillRequest request, Func<RunRecord, RunRecord>? change = null)
    {
        (RunRecord run, _) = await _engine.AddAsync(change: change);
        TaskCompletionSource asked = new();
        _engine.Store.OnCommit = async (commit, _) =>
        {
            if (commit.AddKill?.State == KillState.IntentWritten)
            {
                asked.TrySetResult();
                await _intent.Task;
                _late ??= (await _engine.Store.Inner.CommitAsync(commit, CommitDurability.Machine, CancellationToken.None)).Outcome;
            }
            else if (commit.AddKill?.State == KillState.Denied)
            {
                await _refusal.Task;
            }
        };
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, request);
        await asked.Task;
        _engine.Time.Advance(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => kill);
        return run;
    }

    private async Task UntilAuditedAsync(string stage) =>
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.StartsWith("commit", StringComparison.Ordinal) && call.Contains(stage, StringComparison.Ordinal) && call.EndsWith("Committed", StringComparison.Ordinal)));

    [Fact(Timeout = 30_000)]
    public async Task Intent_AfterTheRefusal_IsNeverOnRecord()
    {
        RunRecord run = await RefuseAsync(Engine.Request);

        _refusal.SetResult();
        await UntilAuditedAsync("Refused");
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);

        Assert.NotEqual(CommitOutcome.Committed, _late);
        Assert.Equal((RunState.Running, null), ((await _engine.RowAsync(run.RunId)).State, (await _engine.RowAsync(run.RunId)).KillId));
        Assert.Equal(["Requested", "Authorized", "Refused"], (await _engine.AuditAsync()).Select(entry => entry.Stage));
        _engine.Log.AssertNothingSignalled();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true, "Running")]
    [InlineData(false, "Initializing")]
    public async Task Intent_BeforeTheRefusal_IsTakenBack(bool isReady, string state)
    {
        RunRecord run = await RefuseAsync(Engine.Request);
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);
        Assert.Equal(CommitOutcome.Committed, _late);
        RunRecord marked = await _engine.RowAsync(run.RunId);
        Assert.Equal(RunState.Stopping, marked.State);
        await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = marked with { ReadyAt = isReady ? Sample.Start : null } }, CommitDurability.Process);

        _refusal.SetResult();
        await UntilAuditedAsync("Withdrawn");

        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal((state, null), (row.State.Name, row.KillId));
        Assert.Equal(KillState.Denied, (await _engine.Store.FindKillAsync(marked.KillId!.Value))!.State);
        Assert.Equal(["Requested", "Authorized", "IntentWritten", "Withdrawn"], (await _engine.AuditAsync()).Select(entry => entry.Stage));
        _engine.Log.AssertNothingSignalled();
    }

    [Fact(Timeout = 30_000)]
    public async Task Intent_ThatSomebodyHasTakenUp_IsNotTakenBack()
    {
        RunRecord run = await RefuseAsync(Engine.Request);
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        _refusal.SetResult();
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Refused", StringComparison.Ordinal)));

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(report.KillId))!.State);
        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Stage == "Withdrawn");
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ThatJoinedAnIntentWhichIsTakenBack_StandsOnItsOwn()
    {
        RunRecord run = await RefuseAsync(Engine.Request);
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);
        KillId late = (await _engine.RowAsync(run.RunId)).KillId!.Value;
        Held held = _engine.HeldOf(run.RunId);
        held.Unlocked = new TaskCompletionSource();
        held.Leaving.SetResult(Sample.Left);
        Task<KillReport> joining = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf("LockAsync") == 1);

        // Both wait for the lock; the one who takes back is first.
        _refusal.SetResult();
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf("LockAsync") == 2);
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit
            {
                UpdateRun = await _engine.RowAsync(run.RunId) with { State = RunState.Running, KillId = null },
                UpdateKill = (await _engine.Store.FindKillAsync(late))! with { State = KillState.Denied, Report = null },
            },
            CommitDurability.Machine);
        held.Unlocked.SetResult();

        KillReport report = await joining;
        Assert.NotEqual(late, report.KillId);
        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal((RunState.Exited, report.KillId), ((await _engine.RowAsync(run.RunId)).State, (await _engine.RowAsync(run.RunId)).KillId));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_ThatIsTakenBackWhereNoReadSaysSo_IsNotCarriedOn()
    {
        RunRecord run = await RefuseAsync(Engine.Request);
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);
        RunRecord marked = await _engine.RowAsync(run.RunId);
        KillRecord open = (await _engine.Store.FindKillAsync(marked.KillId!.Value))!;
        Held held = _engine.HeldOf(run.RunId);
        held.Unlocked = new TaskCompletionSource();
        held.Leaving.SetResult(Sample.Left);
        Task<KillReport> resuming = _engine.Get<KillRunner>().ResumeAsync(marked, open);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf("LockAsync") == 1);

        KillReport refused = KillReports.Of(run, open, KillOutcome.Denied, "taken back");
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = marked with { State = RunState.Running, KillId = null }, UpdateKill = open with { State = KillState.Denied, Report = refused } },
            CommitDurability.Machine);
        _engine.Store.OnRead = static () => ScriptedStore.Away();
        held.Unlocked.SetResult();

        Assert.Equal(KillOutcome.Denied, (await resuming).Outcome);
        _engine.Log.AssertNothingSignalled();
        _refusal.SetResult();
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_OfAnUnstartedRunThatIsTakenBackWhileSomebodyHasTakenItUp_StaysSo(bool isResumed)
    {
        RunRecord run = await RefuseAsync(Engine.Request, static row => row with { State = RunState.Launching, Containment = null, Root = null });
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);
        RunRecord marked = await _engine.RowAsync(run.RunId);
        KillRecord open = (await _engine.Store.FindKillAsync(marked.KillId!.Value))!;
        TaskCompletionSource outcome = new();
        TaskCompletionSource takenUp = new();
        Func<StoreCommit, CancellationToken, Task> before = _engine.Store.OnCommit;
        _engine.Store.OnCommit = (commit, token) =>
        {
            bool isOutcome = commit.UpdateKill?.State == KillState.Completed;
            _ = isOutcome && takenUp.TrySetResult();
            return isOutcome ? outcome.Task : before(commit, token);
        };
        Task<KillReport> taking = isResumed ? _engine.Get<KillRunner>().ResumeAsync(marked, open) : _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await takenUp.Task;

        _refusal.SetResult();
        await UntilAuditedAsync("Withdrawn");
        outcome.SetResult();
        KillReport report = await taking;

        Assert.Equal(KillState.Denied, (await _engine.Store.FindKillAsync(open.KillId))!.State);
        Assert.Equal(1, (await _engine.AuditAsync()).Count(entry => entry.KillId == open.KillId && entry.Stage is "Withdrawn" or "Completed"));
        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal(isResumed ? (KillOutcome.Denied, RunState.Launching) : (KillOutcome.Killed, RunState.Killed), (report.Outcome, row.State));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Key_OfAnIntentThatWasTakenBack_CanBeUsedAgain()
    {
        RunRecord run = await RefuseAsync(Engine.Request with { IdempotencyKey = "once" });
        _intent.SetResult();
        await Engine.UntilAsync(() => _late is not null);
        _refusal.SetResult();
        await UntilAuditedAsync("Withdrawn");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency with { IdempotencyKey = "once" });

        Assert.Equal(KillOutcome.Killed, report.Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Refusal_WithAStoreThatIsAway_IsOnRecordWhenItIsBack()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _engine.Kills.KillAsync(run.RunId, Engine.Request));

        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        await Engine.UntilAsync(() =>
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
            return _engine.Log.Calls.Any(call => call.Contains("Refused", StringComparison.Ordinal));
        });

        Assert.Equal(RunState.Running, (await _engine.RowAsync(run.RunId)).State);
    }
}
