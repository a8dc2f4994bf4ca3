using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>Each permitted request is on record, also where it began no kill of its own.</summary>
public sealed class RequestAuditTests : IAsyncDisposable
{
    private static readonly KillRequest _other = new("me too, please", WorkflowPrincipal.Host("executor")) { Door = "http" };

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task AssertRecordedAsync(KillId met, string how)
    {
        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Requested" && entry.Reason == _other.Reason);
        Assert.Equal(("host:executor", met), (entry.Actor, entry.KillId));
        Assert.Equal(("Graceful", "http", met.ToString()), (entry.Details["mode"], entry.Details["door"], entry.Details[how]));
        Assert.NotEmpty(entry.Details["ground"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Request_ThatJoinsARunningKill_IsRecordedWithTheKillItJoined()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        KillId begun = await _engine.Kills.BeginKillAsync(run.RunId, Engine.Request);
        Task<KillReport> second = _engine.Kills.KillAsync(run.RunId, _other);
        await Engine.UntilAsync(() => _engine.Log.Count("SIGTERM") == 1);
        held.Leaving.SetResult(Sample.Left);

        Assert.Equal(begun, (await second).KillId);
        await AssertRecordedAsync(begun, "joined");
    }

    [Fact(Timeout = 30_000)]
    public async Task Request_ForARunThatWasKilled_IsRecordedWithThatKill()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillReport first = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        KillReport second = await _engine.Kills.KillAsync(run.RunId, _other);

        Assert.Equal((KillOutcome.AlreadyExited, first.KillId), (second.Outcome, second.KillId));
        await AssertRecordedAsync(first.KillId, "cameAfter");
    }

    [Fact(Timeout = 30_000)]
    public async Task Request_ForARunThatEndsJustBeforeTheIntent_IsRecorded()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Store.OnCommit = async (commit, _) =>
        {
            if (commit.AddKill is not null)
            {
                await _engine.Store.Inner.CommitAsync(new StoreCommit { UpdateRun = run with { State = RunState.Exited } }, CommitDurability.Machine, CancellationToken.None);
            }
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, _other);

        await AssertRecordedAsync(report.KillId, "cameAfter");
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Request_WithTheKeyOfAKillThatIsOver_IsRecordedWithThatKill()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillReport first = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency with { IdempotencyKey = "once" });

        await _engine.Kills.KillAsync(run.RunId, _other with { IdempotencyKey = "once" });

        await AssertRecordedAsync(first.KillId, "joined");
    }

    [Fact(Timeout = 30_000)]
    public async Task Request_WithAStoreThatTakesNothing_IsAnsweredAndRecordedWhenItIsBack()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Exited });
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, _other), TimeSpan.FromMilliseconds(500));

        Assert.Equal(KillOutcome.AlreadyExited, report.Outcome);
        Assert.Empty(await _engine.AuditAsync());
        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        await Engine.UntilAsync(() =>
        {
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
            return _engine.Log.Calls.Any(call => call.StartsWith("commit Requested", StringComparison.Ordinal));
        });
        await AssertRecordedAsync(report.KillId, "cameAfter");
    }

    [Fact(Timeout = 30_000)]
    public async Task Escalation_NamesTheDoorAndTheModeOfTheSecondRequest()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await _engine.Kills.BeginKillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => _engine.Log.Count("SIGTERM") == 1);

        await _engine.Kills.KillAsync(run.RunId, _other with { Mode = KillMode.Emergency });

        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Escalated");
        Assert.Equal(("Emergency", "http"), (entry.Details["mode"], entry.Details["door"]));
        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Stage == "Requested" && entry.Reason == _other.Reason);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S21")]
    public async Task Kill_BegunByAnotherProcess_IsRecordedAsTakenOver()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord theirs = await AddOpenAsync(run);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(theirs.KillId, report.KillId);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.StartsWith("commit Resumed", StringComparison.Ordinal)));
        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Resumed");
        Assert.Equal(("host:executor", theirs.KillId), (entry.Actor, entry.KillId));
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_OfOurOwn_IsNotTakenOver()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Stage == "Resumed");
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S21")]
    public async Task Kill_TakenOverAfterTheTreeWasEnded_IsKilledAndNotAlreadyExited()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        await AddOpenAsync(run);
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Proven };
        held.Populated = false;

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty, 9), (report.Outcome, report.Proof, report.ExitSignal));
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
    }

    private async Task<KillRecord> AddOpenAsync(RunRecord run)
    {
        KillRecord kill = Sample.OpenKill(run);
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Stopping, KillId = kill.KillId }, AddKill = kill }, CommitDurability.Machine);
        return kill;
    }
}
