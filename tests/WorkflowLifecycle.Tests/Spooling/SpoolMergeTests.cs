using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Spooling;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Spooling;

/// <summary>What was spooled comes on record once, wherever its merge is cut off.</summary>
public sealed class SpoolMergeTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private KillSpool Spool => _engine.Get<KillSpool>();

    private string Files => Path.Combine(_engine.Platform.RuntimeRoot, "spool");

    private Task<IReadOnlyList<RunId>> MergeAsync() => _engine.Get<SpoolMerge>().MergeAsync(cancellationToken: TestContext.Current.CancellationToken);

    private KillRecord SpoolKill(RunRecord run, bool withOutcome, KillOutcome outcome = KillOutcome.Killed)
    {
        KillRecord kill = Sample.OpenKill(run) with { State = KillState.Requested, Mode = KillMode.Emergency };
        Spool.WriteIntent(run, kill, "root", 3);
        if (withOutcome)
        {
            KillReport report = new()
            {
                RunId = run.RunId,
                KillId = kill.KillId,
                Outcome = outcome,
                Mode = KillMode.Emergency,
                Strength = ContainmentStrength.CgroupAndReaper,
                Proof = EndProof.CgroupAndReaperEmpty,
                Reason = kill.Reason,
                RequestedBy = kill.RequestedBy,
                DurationMs = 12,
                ExitSignal = 9,
            };
            _engine.Time.Advance(TimeSpan.FromMilliseconds(5));
            Assert.True(Spool.TryWriteOutcome(run, kill, "root", report, sentKill: true));
        }

        return kill;
    }

    private async Task AssertOnRecordOnceAsync(RunRecord run, KillRecord kill)
    {
        IReadOnlyList<AuditEntry> audit = await _engine.AuditAsync();
        Assert.Equal(["Requested", "Authorized", "IntentWritten", "Signal", "ProvenDead", "Completed"], audit.Where(entry => entry.KillId == kill.KillId).Select(entry => entry.Stage));
        Assert.Equal("spooled", audit.Single(entry => entry.Stage == "IntentWritten").Details["durable"]);
        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal((RunState.Killed, kill.KillId, 9, EndProof.CgroupAndReaperEmpty), (row.State, row.KillId, row.ExitSignal, row.Proof));
        KillRecord stored = (await _engine.Store.Inner.FindKillAsync(kill.KillId))!;
        Assert.Equal((KillState.Completed, kill.Reason, kill.RequestedBy), (stored.State, stored.Reason, stored.RequestedBy));
        Assert.Empty(_engine.Spooled);
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_IntentAndOutcome_AreOneKillWithItsTimes()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: static row => row with { Cleaners = ["files"] });
        DateTimeOffset happened = _engine.Time.GetUtcNow();
        KillRecord kill = SpoolKill(run, withOutcome: true);
        _engine.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal([run.RunId], await MergeAsync());

        await AssertOnRecordOnceAsync(run, kill);
        AuditEntry intent = (await _engine.AuditAsync()).Single(entry => entry.Stage == "IntentWritten");
        Assert.Equal(happened, DateTimeOffset.Parse(intent.Details["happenedAt"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(happened + TimeSpan.FromHours(2) + TimeSpan.FromMilliseconds(5), intent.At);

        // The entry does not say what the killer could not free: its cleaners look again, and so does what holds the run.
        Assert.Equal(["containment", "files"], (await _engine.Store.Inner.ReadDebtsAsync(new DebtQuery { RunId = run.RunId })).Select(debt => debt.Cleaner).Order());
        Assert.Empty(await MergeAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_IntentOfADeadKillerAndTheKillThatWentPastIt_LeavesNeitherOpen()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord begun = SpoolKill(run, withOutcome: false);
        KillRecord passed = SpoolKill(run, withOutcome: true);

        await MergeAsync();

        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal((RunState.Killed, passed.KillId), (row.State, row.KillId));
        KillRecord first = (await _engine.Store.Inner.FindKillAsync(begun.KillId))!;
        Assert.Equal((KillState.Completed, begun.KillId, KillOutcome.Killed), (first.State, first.Report?.KillId, first.Report?.Outcome));
        Assert.Equal(
            ["Requested", "Authorized", "IntentWritten", "Completed"],
            (await _engine.AuditAsync()).Where(entry => entry.KillId == begun.KillId).Select(entry => entry.Stage));
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_UnconfirmedKillOfARunThatIsOver_IsOverAsWell()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = SpoolKill(run, withOutcome: true, KillOutcome.KillUnconfirmed);
        CommitResult ended = await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Killed, Proof = EndProof.CgroupAndReaperEmpty } }, CommitDurability.Machine);
        Assert.True(ended.IsCommitted);

        Assert.Equal([run.RunId], await MergeAsync());

        KillRecord stored = (await _engine.Store.Inner.FindKillAsync(kill.KillId))!;
        Assert.Equal((KillState.Completed, KillOutcome.Killed), (stored.State, stored.Report?.Outcome));
        Assert.Equal(
            ["Requested", "Authorized", "IntentWritten", "Signal", "Unconfirmed", "Completed"],
            (await _engine.AuditAsync()).Where(entry => entry.KillId == kill.KillId).Select(entry => entry.Stage));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Merge_KillWhoseKeyAnotherHas_IsOnRecordWithoutIt()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord first = Sample.OpenKill(run) with { State = KillState.Completed, IdempotencyKey = "once" };
        CommitResult ended = await _engine.Store.Inner.CommitAsync(
            new StoreCommit { AddKill = first, UpdateRun = run with { State = RunState.Killed, KillId = first.KillId } }, CommitDurability.Machine);
        Assert.True(ended.IsCommitted);
        KillRecord second = Sample.OpenKill(run) with { State = KillState.Requested, Mode = KillMode.Emergency, IdempotencyKey = "once" };
        Spool.WriteIntent(run, second, "root", 3);

        Assert.Equal([run.RunId], await MergeAsync());

        KillRecord stored = (await _engine.Store.Inner.FindKillAsync(second.KillId))!;
        Assert.Equal((KillState.Completed, null), (stored.State, stored.IdempotencyKey));
        Assert.Empty(_engine.Spooled);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("before the commit")]
    [InlineData("after the commit")]
    [InlineData("before it is settled")]
    [InlineData("when half is settled")]
    public async Task Merge_CutOff_IsOnRecordOnceAfterTheNext(string where)
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = SpoolKill(run, withOutcome: true);
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(Files, "0.lane"), TestContext.Current.CancellationToken);
        if (where.EndsWith("commit", StringComparison.Ordinal))
        {
            _engine.Store.OnCommit = async (commit, _) =>
            {
                if (where == "after the commit")
                {
                    await _engine.Store.Inner.CommitAsync(commit, CommitDurability.Machine, CancellationToken.None);
                }

                await ScriptedStore.Away();
            };
            await Assert.ThrowsAsync<StoreUnavailableException>(MergeAsync);
            _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
            Assert.Equal(2, _engine.Spooled.Count);
        }
        else
        {
            await MergeAsync();
            await File.WriteAllBytesAsync(Path.Combine(Files, "0.lane"), before, TestContext.Current.CancellationToken);
            if (where == "when half is settled")
            {
                new EmergencySpool(_engine.Platform.RuntimeRoot).Settle([_engine.Spooled[0]]);
            }
        }

        Assert.Equal([run.RunId], await MergeAsync());

        await AssertOnRecordOnceAsync(run, kill);
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_ByManyAtOnce_IsOnRecordOnce()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = SpoolKill(run, withOutcome: true);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(MergeAsync)));

        await AssertOnRecordOnceAsync(run, kill);
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_IntentOfARunThatGoesOn_IsAKillThatIsUnderWay()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = SpoolKill(run, withOutcome: false);

        await MergeAsync();

        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal((RunState.Stopping, kill.KillId), (row.State, row.KillId));
        Assert.Equal(KillState.IntentWritten, (await _engine.Store.Inner.FindKillAsync(kill.KillId))!.State);
        Assert.Empty(_engine.Spooled);
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_IntoAStoreThatHasLostTheRow_IsInTheAuditOnce()
    {
        RunRecord run = Sample.Run("run_lost", _engine.Directory);
        KillRecord kill = SpoolKill(run, withOutcome: true);
        byte[] before = await File.ReadAllBytesAsync(Path.Combine(Files, "0.lane"), TestContext.Current.CancellationToken);

        await MergeAsync();
        await File.WriteAllBytesAsync(Path.Combine(Files, "0.lane"), before, TestContext.Current.CancellationToken);
        await MergeAsync();

        Assert.Equal(
            ["Requested", "Authorized", "IntentWritten", "Signal", "ProvenDead", "Completed"],
            (await _engine.AuditAsync()).Where(entry => entry.KillId == kill.KillId).Select(entry => entry.Stage));
        Assert.Empty(_engine.Spooled);
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_EntriesOfSeveralKills_KeepTheirOrder()
    {
        List<KillRecord> kills = [];
        for (int i = 0; i < 5; i++)
        {
            (RunRecord run, _) = await _engine.AddAsync($"run_{i}");
            kills.Add(SpoolKill(run, withOutcome: true));
            _engine.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await MergeAsync();

        Assert.Equal(kills.Select(kill => (KillId?)kill.KillId), (await _engine.AuditAsync()).Where(entry => entry.Stage == "Completed").Select(entry => entry.KillId));
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_EntryThatWasAltered_IsNeverMerged()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        SpoolKill(run, withOutcome: false);
        await using (FileStream lane = new(Path.Combine(Files, "0.lane"), FileMode.Open, FileAccess.Write))
        {
            lane.Position = 200;
            lane.WriteByte((byte)'!');
        }

        Assert.Empty(await MergeAsync());

        Assert.Empty(await _engine.AuditAsync());
        LifecycleHealthReport health = await _engine.Get<ILifecycleHealth>().ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthFindings.SpoolDamaged, Assert.Single(health.Findings).Kind);
        Assert.Single(health.Spool!.Damaged);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("ä")]
    [InlineData("語")]
    [InlineData("\"")]
    public void WriteIntent_LongestTextsThatThereCanBe_HaveRoom(string letter)
    {
        string longest = string.Concat(Enumerable.Repeat(letter, 1000));
        RunRecord run = Sample.Run("run_1", _engine.Directory);
        KillRecord kill = Sample.OpenKill(run) with { Reason = longest, RequestedBy = longest, Door = longest, IdempotencyKey = longest[..200] };

        Spool.WriteIntent(run, kill, longest, 3);

        (_, SpooledKill read) = Assert.Single(Spool.ReadOwn());
        Assert.Equal((longest, longest[..200]), (read.Kill.Reason, read.Kill.IdempotencyKey));
    }
}
