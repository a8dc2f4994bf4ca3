using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>Rows of kills.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>A new kill gets version 1 and is found by its id and by its key.</summary>
    [Fact]
    public async Task AddKill_FirstOfItsRun_IsFoundByIdAndKey()
    {
        KillRecord kill = Sample.Kill(RunId.New(), "key-1") with { Version = 5 };

        CommitResult result = await WriteAsync(new StoreCommit { AddKill = kill }, CommitDurability.Machine);

        Assert.Equivalent(kill with { Version = 1 }, result.Kill, strict: true);
        Assert.Null(result.Run);
        Assert.Equivalent(result.Kill, await Store.FindKillAsync(kill.KillId, Aborted), strict: true);
        Assert.Equivalent(result.Kill, await Store.FindKillByKeyAsync(kill.RunId, "key-1", Aborted), strict: true);
        Assert.Null(await Store.FindKillByKeyAsync(kill.RunId, "KEY-1", Aborted));
        Assert.Null(await Store.FindKillByKeyAsync(RunId.New(), "key-1", Aborted));
    }

    /// <summary>A run has one open kill at most.</summary>
    [Fact]
    [Trait("Scenario", "S44")]
    public async Task AddKill_RunHasAnOpenOne_IsRefusedWithIt()
    {
        KillRecord open = await AddAsync(Sample.Kill(RunId.New()));
        KillRecord second = Sample.Kill(open.RunId);

        CommitResult result = await TryAsync(new StoreCommit { AddKill = second });

        Assert.Equal(CommitOutcome.KillExists, result.Outcome);
        Assert.Equivalent(open, result.Kill, strict: true);
        Assert.Null(await Store.FindKillAsync(second.KillId, Aborted));
    }

    /// <summary>A kill that is over makes room for the next one; its own id and key stay taken.</summary>
    [Theory]
    [InlineData(KillState.Completed)]
    [InlineData(KillState.Denied)]
    public async Task AddKill_TheOneBeforeIsOver_IsWritten(KillState final)
    {
        KillRecord first = await AddAsync(Sample.Kill(RunId.New(), "key-1"));
        await WriteAsync(new StoreCommit { UpdateKill = first with { State = final } });

        CommitResult sameKey = await TryAsync(new StoreCommit { AddKill = Sample.Kill(first.RunId, "key-1") });
        CommitResult sameId = await TryAsync(new StoreCommit { AddKill = Sample.Kill(RunId.New()) with { KillId = first.KillId } });
        CommitResult next = await TryAsync(new StoreCommit { AddKill = Sample.Kill(first.RunId, "key-2") });

        Assert.Equal(CommitOutcome.KillExists, sameKey.Outcome);
        Assert.Equal(first.KillId, sameKey.Kill!.KillId);
        Assert.Equal(CommitOutcome.KillExists, sameId.Outcome);
        Assert.Equal(first.KillId, sameId.Kill!.KillId);
        Assert.Equal(CommitOutcome.Committed, next.Outcome);
    }

    /// <summary>The same key is the same kill: it is named even where another one is open.</summary>
    [Fact]
    [Trait("Scenario", "S44")]
    public async Task AddKill_KeyUsedAndAnotherOpen_NamesTheOneWithTheKey()
    {
        KillRecord closed = await AddAsync(Sample.Kill(RunId.New(), "key-1") with { State = KillState.Completed });
        await AddAsync(Sample.Kill(closed.RunId));

        CommitResult result = await TryAsync(new StoreCommit { AddKill = Sample.Kill(closed.RunId, "key-1") });

        Assert.Equal(CommitOutcome.KillExists, result.Outcome);
        Assert.Equal(closed.KillId, result.Kill!.KillId);
    }

    /// <summary>A refusal can be stored beside an open kill.</summary>
    [Fact]
    public async Task AddKill_DeniedBesideAnOpenOne_IsWritten()
    {
        KillRecord open = await AddAsync(Sample.Kill(RunId.New()));

        await AddAsync(Sample.Kill(open.RunId) with { State = KillState.Denied });

        Assert.NotNull(await Store.FindKillAsync(open.KillId, Aborted));
    }

    /// <summary>Keys are unique per run, not per store.</summary>
    [Fact]
    public async Task AddKill_SameKeyForAnotherRun_IsWritten()
    {
        await AddAsync(Sample.Kill(RunId.New(), "key"));
        await AddAsync(Sample.Kill(RunId.New(), "key"));
    }

    /// <summary>The receipt comes back as it went in.</summary>
    [Fact]
    public async Task UpdateKill_WithReport_ComesBackTheSame()
    {
        KillRecord added = await AddAsync(Sample.Kill(RunId.New()));
        KillRecord completed = added with
        {
            State = KillState.Completed,
            Mode = KillMode.Emergency,
            CompletedAt = Sample.Time.AddSeconds(1),
            Report = Sample.Report(added),
        };

        CommitResult result = await WriteAsync(new StoreCommit { UpdateKill = completed });

        Assert.Equivalent(completed with { Version = 2 }, result.Kill, strict: true);
        Assert.Equivalent(result.Kill, await Store.FindKillAsync(added.KillId, Aborted), strict: true);
    }

    /// <summary>A duration that is no number does not make a receipt unstorable.</summary>
    [Fact]
    public async Task UpdateKill_ReportWithNoNumber_IsStored()
    {
        KillRecord added = await AddAsync(Sample.Kill(RunId.New()));

        await WriteAsync(new StoreCommit { UpdateKill = added with { Report = Sample.Report(added) with { DurationMs = double.NaN } } });

        Assert.Equal(double.NaN, (await Store.FindKillAsync(added.KillId, Aborted))!.Report!.DurationMs);
    }

    /// <summary>A kill that changed since it was read is not overwritten.</summary>
    [Fact]
    public async Task UpdateKill_AnotherVersion_IsRefusedWithTheCurrentRow()
    {
        KillRecord added = await AddAsync(Sample.Kill(RunId.New()));
        CommitResult current = await WriteAsync(new StoreCommit { UpdateKill = added with { State = KillState.Killing } });

        CommitResult stale = await TryAsync(new StoreCommit { UpdateKill = added with { State = KillState.Completed } });

        Assert.Equal(CommitOutcome.KillConflict, stale.Outcome);
        Assert.Equivalent(current.Kill, stale.Kill, strict: true);
    }

    /// <summary>A kill that is not there cannot be updated.</summary>
    [Fact]
    public async Task UpdateKill_MissingRow_IsRefused()
    {
        CommitResult result = await TryAsync(new StoreCommit { UpdateKill = Sample.Kill(RunId.New()) });

        Assert.Equal(CommitOutcome.KillConflict, result.Outcome);
        Assert.Null(result.Kill);
    }

    /// <summary>A kill that is over is not reopened beside another open one.</summary>
    [Fact]
    public async Task UpdateKill_ReopenedBesideAnOpenOne_IsRefused()
    {
        KillRecord closed = await AddAsync(Sample.Kill(RunId.New()) with { State = KillState.Completed });
        KillRecord open = await AddAsync(Sample.Kill(closed.RunId));

        CommitResult result = await TryAsync(new StoreCommit { UpdateKill = closed with { State = KillState.Killing } });

        Assert.Equal(CommitOutcome.KillExists, result.Outcome);
        Assert.Equal(open.KillId, result.Kill!.KillId);
        Assert.Equal(KillState.Completed, (await Store.FindKillAsync(closed.KillId, Aborted))!.State);
    }

    /// <summary>A kill keeps its run and its key: a row that names others was not read from the store.</summary>
    [Fact]
    public async Task UpdateKill_AnotherRunOrKey_IsTheCallersFault()
    {
        KillRecord added = await AddAsync(Sample.Kill(RunId.New(), "key"));

        foreach (KillRecord changed in new[] { added with { RunId = RunId.New() }, added with { IdempotencyKey = null } })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(
                () => TryAsync(new StoreCommit { UpdateKill = changed, Audit = [Sample.Audit()] }));
        }

        Assert.Equivalent(added, await Store.FindKillAsync(added.KillId, Aborted), strict: true);
        Assert.Empty(await Store.ReadAuditAsync(new AuditQuery(), Aborted));
    }

    /// <summary>One commit closes a kill and opens the next.</summary>
    [Fact]
    public async Task Commit_ClosesAKillAndOpensTheNext_IsWritten()
    {
        KillRecord first = await AddAsync(Sample.Kill(RunId.New()));
        KillRecord next = Sample.Kill(first.RunId);

        CommitResult result = await WriteAsync(new StoreCommit { UpdateKill = first with { State = KillState.Completed }, AddKill = next });

        Assert.Equal(next.KillId, result.Kill!.KillId);
        Assert.False((await Store.FindKillAsync(first.KillId, Aborted))!.IsOpen);
    }

    /// <summary>A state of a newer version is kept, and counts as open.</summary>
    [Fact]
    [Trait("Scenario", "S54")]
    public async Task AddKill_UnknownState_IsKeptAndOpen()
    {
        KillRecord kill = await AddAsync(Sample.Kill(RunId.New()) with { State = (KillState)42, Mode = (KillMode)7 });

        CommitResult second = await TryAsync(new StoreCommit { AddKill = Sample.Kill(kill.RunId) });

        Assert.Equivalent(kill, await Store.FindKillAsync(kill.KillId, Aborted), strict: true);
        Assert.Equal(CommitOutcome.KillExists, second.Outcome);
    }
}
