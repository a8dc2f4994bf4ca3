using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>What ended when, and what is forgotten.</content>
public abstract partial class ProcessStoreConformance
{
    private static readonly DateTimeOffset Border = Sample.Time.AddDays(1);

    /// <summary>A purge takes everything of a run along, and the audit stays.</summary>
    [Fact]
    public async Task Purge_FinishedRun_TakesAllOfItAndLeavesTheAudit()
    {
        RunRecord run = await AddAsync(Sample.Run() with { State = RunState.Killed, EndedAt = Sample.Time });
        KillRecord kill = await AddAsync(Sample.Kill(run.RunId, "key") with { State = KillState.Completed });
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(run));
        await WriteAsync(new StoreCommit
        {
            UpdateDebts = [debt with { SettledAt = Sample.Time }],
            AddReceipt = Sample.Receipt(run.RunId),
            AddEvidence = Sample.Evidence(run.RunId),
            Audit = [Sample.Audit("Launch", run.RunId, kill.KillId)],
            Events = [Sample.Event(run.RunId)],
        });
        await WriteAsync(new StoreCommit { Events = [Sample.Event(RunId.New(), "of another run")] });

        PurgeResult result = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, Aborted);

        Assert.Equivalent(run, Assert.Single(result.Runs), strict: true);
        Assert.False(result.MayBeMore);
        Assert.Null(await Store.FindRunAsync(run.RunId, Aborted));
        Assert.Null(await Store.FindKillAsync(kill.KillId, Aborted));
        Assert.Null(await Store.FindKillByKeyAsync(run.RunId, "key", Aborted));
        Assert.Null(await Store.FindReceiptAsync(run.RunId, Aborted));
        Assert.Empty(await Store.ReadEvidenceAsync(run.RunId, Aborted));
        Assert.Empty(await Store.ReadDebtsAsync(new DebtQuery { IncludeSettled = true }, Aborted));
        Assert.Empty((await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, Aborted)).Runs);
        Assert.Empty((await Store.SearchKillsAsync(new KillQuery(), Aborted)).Kills);
        Assert.Equal("of another run", Assert.Single(await EventsAsync()).Kind);
        Assert.Single(await Store.ReadAuditAsync(new AuditQuery { RunId = run.RunId }, Aborted));
        Assert.Single(await ((IAuditChainSource)Store).ReadChainAsync("node-1", 0, 10, Aborted));
    }

    /// <summary>What is not over, or not settled, stays.</summary>
    [Fact]
    public async Task Purge_AnythingOpen_Stays()
    {
        DateTimeOffset ended = Sample.Time;
        foreach (RunState state in new[]
            { RunState.Launching, RunState.Initializing, RunState.Running, RunState.Stopping, RunState.KillUnconfirmed, new RunState("OfANewerVersion") })
        {
            await AddAsync(Sample.Run() with { State = state, EndedAt = ended });
        }

        RunRecord young = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Border });
        RunRecord indebted = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = ended });
        await AddDebtAsync(Sample.Debt(indebted));
        RunRecord underKill = await AddAsync(Sample.Run() with { State = RunState.Killed, EndedAt = ended });
        await AddAsync(Sample.Kill(underKill.RunId) with { State = KillState.Cleaning });
        RunRecord parent = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = ended });
        await AddAsync(Sample.Run() with { State = RunState.Running, ParentRun = parent.RunId });
        RunRecord free = await AddAsync(Sample.Run() with { State = RunState.Lost, EndedAt = ended });

        PurgeResult result = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, Aborted);

        Assert.Equal(free.RunId, Assert.Single(result.Runs).RunId);
        Assert.Equal(11, (await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, Aborted)).Runs.Count);
        EndPage page = await Store.SearchEndsAsync(new EndQuery(), Aborted);
        Assert.Equal([young.RunId], page.Ends.Where(end => end.MayBeForgotten).Select(end => end.Run.RunId));
        Assert.Equal([indebted.RunId], page.Ends.Where(end => end.OpenDebts == 1).Select(end => end.Run.RunId));
    }

    /// <summary>A run whose end nobody saw is as old as its row.</summary>
    [Fact]
    public async Task Purge_NoTimeOfTheEnd_CountsFromTheRow()
    {
        RunRecord old = await AddAsync(Sample.Run() with { State = RunState.LaunchFailed });
        await AddAsync(Sample.Run() with { State = RunState.LaunchFailed, CreatedAt = Border });

        PurgeResult result = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, Aborted);

        Assert.Equal(old.RunId, Assert.Single(result.Runs).RunId);
    }

    /// <summary>A purge goes in batches, the oldest first, and can be told which runs.</summary>
    [Fact]
    public async Task Purge_InBatches_OldestFirst()
    {
        List<RunId> runs = [];
        for (int i = 0; i < 5; i++)
        {
            runs.Add((await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time.AddMinutes(i % 2 == 0 ? i : 10 + i) })).RunId);
        }

        PurgeResult named = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border, RunIds = [runs[4], RunId.New()] }, Aborted);
        PurgeResult first = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border, Limit = 3 }, Aborted);
        PurgeResult second = await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border, Limit = 3 }, Aborted);

        Assert.Equal([runs[4]], named.Runs.Select(run => run.RunId));
        Assert.Equal([runs[0], runs[2], runs[1]], first.Runs.Select(run => run.RunId));
        Assert.True(first.MayBeMore);
        Assert.Equal([runs[3]], second.Runs.Select(run => run.RunId));
        Assert.False(second.MayBeMore);
    }

    /// <summary>The limit of a purge has its range.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task Purge_LimitOutOfRange_IsRefused(int limit) => await Assert.ThrowsAnyAsync<ArgumentException>(
        async () => await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border, Limit = limit }, Aborted));

    /// <summary>A cursor of events never goes back, also when the newest were purged; what comes next is found after it.</summary>
    [Fact]
    public async Task Purge_NewestEvents_TheCursorsGoOn()
    {
        RunRecord run = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time });
        await WriteAsync(new StoreCommit { Events = [Sample.Event(run.RunId), Sample.Event(run.RunId)] });
        EventCursor before = await Store.ReadLastCursorAsync(Aborted);

        await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, Aborted);
        EventCursor after = await Store.ReadLastCursorAsync(Aborted);
        await WriteAsync(new StoreCommit { Events = [Sample.Event(RunId.New(), "next")] });

        Assert.Equal(before, after);
        RunEvent next = Assert.Single(await Store.ReadEventsAsync(after, 10, Aborted));
        Assert.Equal("next", next.Kind);
        Assert.Equal(before.Position + 1, next.Cursor.Position);
        Assert.Single(await EventsAsync());
    }

    /// <summary>A row that was purged leaves its run id free.</summary>
    [Fact]
    public async Task Purge_RunIdUsedAgain_IsANewRow()
    {
        RunRecord run = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time });
        await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, Aborted);

        Assert.Equal(1, (await AddAsync(Sample.Run(run.RunId.Value))).Version);
    }

    /// <summary>Pages of runs and of ends go on where rows went in between.</summary>
    [Fact]
    public async Task SearchEnds_RowsGoInBetween_PagesGoOn()
    {
        List<RunId> runs = [];
        for (int i = 0; i < 4; i++)
        {
            runs.Add((await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time.AddMinutes(i / 2) })).RunId);
        }

        EndPage first = await Store.SearchEndsAsync(new EndQuery { Limit = 2 }, Aborted);
        RunPage newest = await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true, Limit = 2 }, Aborted);
        await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border, RunIds = [runs[1], runs[2]] }, Aborted);

        Assert.Equal([runs[0], runs[1]], first.Ends.Select(end => end.Run.RunId));
        Assert.Equal([runs[3]], (await Store.SearchEndsAsync(new EndQuery { Cursor = first.Next }, Aborted)).Ends.Select(end => end.Run.RunId));
        Assert.Equal([runs[0]], (await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true, Cursor = newest.Next }, Aborted)).Runs.Select(run => run.RunId));
    }

    /// <summary>Ends are listed by when they were, with what is still open about them.</summary>
    [Fact]
    public async Task SearchEnds_SpanOfTime_InTheOrderOfTheEnds()
    {
        RunRecord late = await AddAsync(Sample.Run() with { State = RunState.Killed, EndedAt = Sample.Time.AddHours(2) });
        RunRecord early = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time.AddHours(1).ToOffset(TimeSpan.FromHours(5)) });
        RunRecord unseen = await AddAsync(Sample.Run() with { State = RunState.Lost });
        await AddAsync(Sample.Run());
        await WriteAsync(new StoreCommit { AddReceipt = Sample.Receipt(early.RunId), AddDebts = [Sample.Debt(early), Sample.Debt(early, "/tmp/b")] });

        EndPage all = await Store.SearchEndsAsync(new EndQuery(), Aborted);

        Assert.Equal([unseen.RunId, early.RunId, late.RunId], all.Ends.Select(end => end.Run.RunId));
        Assert.Equal([Sample.Time, Sample.Time.AddHours(1), Sample.Time.AddHours(2)], all.Ends.Select(end => end.EndedAt));
        Assert.Equal([0, 2, 0], all.Ends.Select(end => end.OpenDebts));
        Assert.Equivalent(Sample.Receipt(early.RunId), all.Ends[1].Receipt, strict: true);
        Assert.Null(all.Ends[0].Receipt);
        Assert.Equivalent(late, all.Ends[2].Run, strict: true);
        Assert.Null(all.Next);
        Assert.Equal(
            [early.RunId],
            (await Store.SearchEndsAsync(new EndQuery { EndedFrom = Sample.Time.AddHours(1), EndedBefore = Sample.Time.AddHours(2) }, Aborted))
                .Ends.Select(end => end.Run.RunId));
    }

    /// <summary>Kills are listed by when they were asked for, page by page.</summary>
    [Fact]
    public async Task SearchKills_SpanOfTime_InTheOrderOfTheRequests()
    {
        List<KillRecord> kills = [];
        for (int i = 0; i < 6; i++)
        {
            kills.Add(await AddAsync(Sample.Kill(RunId.New()) with { RequestedAt = Sample.Time.AddHours(i / 2) }));
        }

        KillRecord older = await AddAsync(Sample.Kill(RunId.New()) with { RequestedAt = Sample.Time.AddDays(-1) });

        KillPage page = await Store.SearchKillsAsync(new KillQuery { Limit = 3 }, Aborted);
        KillPage rest = await Store.SearchKillsAsync(new KillQuery { Limit = 4, Cursor = page.Next }, Aborted);
        KillPage span = await Store.SearchKillsAsync(
            new KillQuery { RequestedFrom = Sample.Time.AddHours(1), RequestedBefore = Sample.Time.AddHours(2) }, Aborted);

        Assert.Equivalent(new[] { older, kills[0], kills[1] }, page.Kills, strict: true);
        Assert.Equal(kills.Skip(2).Select(kill => kill.KillId), rest.Kills.Select(kill => kill.KillId));
        Assert.Null(rest.Next);
        Assert.Equal([kills[2].KillId, kills[3].KillId], span.Kills.Select(kill => kill.KillId));
    }

    /// <summary>A cursor of somewhere else is refused, and so is a limit out of range.</summary>
    [Theory]
    [InlineData("x", 1)]
    [InlineData("", 1)]
    [InlineData("' OR 1=1 --", 1)]
    [InlineData(null, 0)]
    [InlineData(null, 501)]
    public async Task SearchKillsAndEnds_BadCursorOrLimit_IsRefused(string? cursor, int limit)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchKillsAsync(new KillQuery { Cursor = cursor, Limit = limit }, Aborted));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchEndsAsync(new EndQuery { Cursor = cursor, Limit = limit }, Aborted));
    }

    /// <summary>What reads and forgets honours its token.</summary>
    [Fact]
    public async Task PurgeAndReads_TokenFiredBefore_AreCancelled()
    {
        CancellationToken fired = new(canceled: true);
        RunRecord run = await AddAsync(Sample.Run() with { State = RunState.Exited, EndedAt = Sample.Time });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.PurgeAsync(new PurgeRequest { EndedBefore = Border }, fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadDebtsAsync(new DebtQuery(), fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.FindReceiptAsync(run.RunId, fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadEvidenceAsync(run.RunId, fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SearchKillsAsync(new KillQuery(), fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SearchEndsAsync(new EndQuery(), fired));
        Assert.NotNull(await Store.FindRunAsync(run.RunId, Aborted));
    }
}
