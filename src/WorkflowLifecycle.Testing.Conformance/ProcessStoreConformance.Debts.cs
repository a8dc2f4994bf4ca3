using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>Debts, receipts and evidence.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>A debt comes back as it went in, with version 1.</summary>
    [Fact]
    public async Task AddDebts_New_ComesBackTheSame()
    {
        RunRecord run = await AddAsync(Sample.Run());
        CleanupDebt debt = Sample.Debt(run) with { Version = 7 };
        CleanupDebt whole = Sample.Debt(run, "another") with { DebtId = CleanupDebt.IdOf(run, "temp", null), Resource = null, KillId = null, LastAttemptAt = null };

        await WriteAsync(new StoreCommit { AddDebts = [debt, whole] }, CommitDurability.Machine);

        IReadOnlyList<CleanupDebt> stored = await Store.ReadDebtsAsync(new DebtQuery(), Aborted);
        Assert.Equivalent(new[] { debt with { Version = 1 }, whole with { Version = 1 } }, stored, strict: true);
    }

    /// <summary>A debt that is open stays as it is when it arises once more.</summary>
    [Fact]
    public async Task AddDebts_OpenAlready_StaysAsItIs()
    {
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(Sample.Run()));

        await WriteAsync(new StoreCommit { AddDebts = [debt with { Reason = "another", Attempts = 0, NextAttemptAt = Sample.Time.AddDays(1) }] });

        Assert.Equivalent(debt, Assert.Single(await Store.ReadDebtsAsync(new DebtQuery(), Aborted)), strict: true);
    }

    /// <summary>A debt that was settled is opened anew: with its new reason, without its attempts, and never with a version that was there before.</summary>
    [Fact]
    public async Task AddDebts_SettledBefore_IsOpenedAnew()
    {
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(Sample.Run()));
        await WriteAsync(new StoreCommit { UpdateDebts = [debt with { ClaimedUntil = Sample.Time.AddSeconds(10), SettledAt = Sample.Time.AddSeconds(9) }] });

        CleanupDebt again = debt with { Reason = "it is back", CreatedAt = Sample.Time.AddDays(1), NextAttemptAt = Sample.Time.AddDays(2) };
        await WriteAsync(new StoreCommit { AddDebts = [again] });

        Assert.Equivalent(
            again with { Version = 3, Attempts = 0, LastAttemptAt = null },
            Assert.Single(await Store.ReadDebtsAsync(new DebtQuery(), Aborted)),
            strict: true);
    }

    /// <summary>An attempt is written over the version that was read.</summary>
    [Fact]
    public async Task UpdateDebts_CurrentVersion_IsWritten()
    {
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(Sample.Run()));
        CleanupDebt after = debt with
        {
            Reason = "still held",
            Attempts = 3,
            LastAttemptAt = Sample.Time.AddMinutes(1).ToOffset(TimeSpan.FromHours(-7)),
            NextAttemptAt = Sample.Time.AddMinutes(2),
            ClaimedUntil = Sample.Time.AddMinutes(3),
        };

        await WriteAsync(new StoreCommit { UpdateDebts = [after] });

        CleanupDebt stored = Assert.Single(await Store.ReadDebtsAsync(new DebtQuery(), Aborted));
        Assert.Equivalent(after with { Version = 2, LastAttemptAt = Sample.Time.AddMinutes(1) }, stored, strict: true);
        Assert.Equal(TimeSpan.Zero, stored.LastAttemptAt!.Value.Offset);
    }

    /// <summary>A debt that changed, that is not there, or that is named twice: nothing of the commit is written.</summary>
    [Fact]
    public async Task UpdateDebts_NotAsRead_WritesNothingOfTheCommit()
    {
        RunRecord run = await AddAsync(Sample.Run());
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(run));
        CleanupDebt other = await AddDebtAsync(Sample.Debt(run, "/tmp/b"));
        IReadOnlyList<CleanupDebt>[] refused =
        [
            [other with { Attempts = 9 }, debt with { Version = 2 }],
            [other with { Attempts = 9 }, debt with { DebtId = "debt_000000000000" }],
            [other with { Attempts = 9 }, other with { Attempts = 10 }],
        ];

        foreach (IReadOnlyList<CleanupDebt> debts in refused)
        {
            CommitResult result = await TryAsync(new StoreCommit
            {
                UpdateRun = run with { Status = "changed" },
                UpdateDebts = debts,
                AddDebts = [Sample.Debt(run, "/tmp/c")],
                AddReceipt = Sample.Receipt(run.RunId),
                AddEvidence = Sample.Evidence(run.RunId),
                Audit = [Sample.Audit()],
                Events = [Sample.Event(run.RunId)],
            });

            Assert.Equal(CommitOutcome.DebtConflict, result.Outcome);
            Assert.Equivalent(run, result.Run, strict: true);
        }

        Assert.Equivalent(run, await Store.FindRunAsync(run.RunId, Aborted), strict: true);
        Assert.Equivalent(new[] { debt, other }, await Store.ReadDebtsAsync(new DebtQuery(), Aborted), strict: true);
        Assert.Null(await Store.FindReceiptAsync(run.RunId, Aborted));
        Assert.Empty(await Store.ReadEvidenceAsync(run.RunId, Aborted));
        Assert.Empty(await Store.ReadAuditAsync(new AuditQuery(), Aborted));
        Assert.Empty(await EventsAsync());
    }

    /// <summary>Of many that retry the same debt, exactly one writes its attempt.</summary>
    [Fact(Timeout = 60_000)]
    public async Task UpdateDebts_ManyAtOnce_OneWins()
    {
        CleanupDebt debt = await AddDebtAsync(Sample.Debt(Sample.Run()));

        CommitResult[] results = await Task.WhenAll(Enumerable.Range(0, 16)
            .Select(i => Task.Run(() => TryAsync(new StoreCommit { UpdateDebts = [debt with { Attempts = 10 + i }] }), Aborted)));

        Assert.Single(results, result => result.IsCommitted);
        Assert.All(results.Where(result => !result.IsCommitted), result => Assert.Equal(CommitOutcome.DebtConflict, result.Outcome));
    }

    /// <summary>One commit settles a debt for a whole cleaner and opens those for what it found.</summary>
    [Fact]
    public async Task Commit_SettlesADebtAndOpensOthers_IsWritten()
    {
        RunRecord run = Sample.Run();
        CleanupDebt whole = await AddDebtAsync(Sample.Debt(run) with { DebtId = CleanupDebt.IdOf(run, "temp", null), Resource = null });

        await WriteAsync(new StoreCommit { UpdateDebts = [whole with { SettledAt = Sample.Time }], AddDebts = [Sample.Debt(run, "/tmp/b")] });

        Assert.Equal("/tmp/b", Assert.Single(await Store.ReadDebtsAsync(new DebtQuery(), Aborted)).Resource!.Name);
    }

    /// <summary>Each condition of a query holds, and all of them together.</summary>
    [Fact]
    public async Task ReadDebts_Conditions_AllHold()
    {
        RunRecord run = Sample.Run();
        RunRecord other = Sample.Run();
        CleanupDebt early = await AddDebtAsync(Sample.Debt(run, "early") with { NextAttemptAt = Sample.Time.AddHours(2) });
        CleanupDebt late = await AddDebtAsync(Sample.Debt(run, "late") with { CreatedAt = Sample.Time.AddHours(1), NextAttemptAt = Sample.Time.AddHours(1) });
        CleanupDebt elsewhere = await AddDebtAsync(Sample.Debt(other, "elsewhere") with { CreatedAt = Sample.Time.AddHours(2), HostId = "another" });
        CleanupDebt settled = await AddDebtAsync(Sample.Debt(other, "settled") with { CreatedAt = Sample.Time.AddHours(3) });
        await WriteAsync(new StoreCommit { UpdateDebts = [settled with { SettledAt = Sample.Time.AddHours(4) }] });

        Assert.Equal(["early", "late", "elsewhere"], await NamesAsync(new DebtQuery()));
        Assert.Equal(["early", "late", "elsewhere", "settled"], await NamesAsync(new DebtQuery { IncludeSettled = true }));
        Assert.Equal(["early", "late"], await NamesAsync(new DebtQuery { RunId = run.RunId }));
        Assert.Equal(["elsewhere"], await NamesAsync(new DebtQuery { HostId = "another" }));
        Assert.Equal(["elsewhere", "late", "early"], await NamesAsync(new DebtQuery { DueBy = DateTimeOffset.MaxValue }));
        Assert.Equal(["late"], await NamesAsync(new DebtQuery { HostId = Sample.Host.HostId, DueBy = late.NextAttemptAt }));
        Assert.Empty(await NamesAsync(new DebtQuery { HostId = Sample.Host.HostId, DueBy = late.NextAttemptAt.AddTicks(-1) }));
        Assert.Equal(["early"], await NamesAsync(new DebtQuery { CreatedBefore = late.CreatedAt }));
        Assert.Equal(["early", "elsewhere"], await NamesAsync(new DebtQuery { DebtIds = [elsewhere.DebtId, early.DebtId, settled.DebtId, "debt_x' OR 1=1"] }));
        Assert.Equal(["early", "late"], await NamesAsync(new DebtQuery { Limit = 2 }));
        Assert.Equal(["early", "late", "elsewhere"], await NamesAsync(new DebtQuery { Cleaners = ["another", "temp"] }));
        Assert.Empty(await NamesAsync(new DebtQuery { Cleaners = ["tem", "TEMP", "%"] }));
        Assert.Equal(["settled"], await NamesAsync(new DebtQuery { RunId = other.RunId, IncludeSettled = true, HostId = Sample.Host.HostId }));
    }

    /// <summary>The limit of a list of debts has its range.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(501)]
    public async Task ReadDebts_LimitOutOfRange_IsRefused(int limit) => await Assert.ThrowsAnyAsync<ArgumentException>(
        async () => await Store.ReadDebtsAsync(new DebtQuery { Limit = limit }, Aborted));

    /// <summary>A debt, a receipt or evidence of nobody could not be found again: it is refused.</summary>
    [Fact]
    public async Task Commit_DebtReceiptOrEvidenceOfNobody_IsTheCallersFault()
    {
        StoreCommit[] commits =
        [
            new() { AddDebts = [Sample.Debt(Sample.Run()) with { DebtId = string.Empty }] },
            new() { AddDebts = [Sample.Debt(Sample.Run()) with { RunId = default }] },
            new() { AddReceipt = Sample.Receipt(default) },
            new() { AddEvidence = Sample.Evidence(default) },
        ];

        foreach (StoreCommit commit in commits)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => TryAsync(commit with { Audit = [Sample.Audit()] }));
        }

        Assert.Empty(await Store.ReadAuditAsync(new AuditQuery(), Aborted));
    }

    /// <summary>A run that ended by itself has its latest receipt.</summary>
    [Fact]
    public async Task AddReceipt_Twice_TheLatestIsThere()
    {
        RunReceipt first = Sample.Receipt(RunId.New());
        RunReceipt second = first with { At = Sample.Time.AddSeconds(5).ToOffset(TimeSpan.FromHours(3)), Cleanup = [first.Cleanup[1]] };

        await WriteAsync(new StoreCommit { AddReceipt = first });
        Assert.Equivalent(first, await Store.FindReceiptAsync(first.RunId, Aborted), strict: true);
        await WriteAsync(new StoreCommit { AddReceipt = second });

        Assert.Equivalent(second with { At = Sample.Time.AddSeconds(5) }, await Store.FindReceiptAsync(first.RunId, Aborted), strict: true);
        Assert.Null(await Store.FindReceiptAsync(RunId.New(), Aborted));
    }

    /// <summary>Each piece of evidence is kept; the newest comes first, and their number is bounded.</summary>
    [Fact]
    public async Task AddEvidence_Several_NewestFirstAndBounded()
    {
        RunId run = RunId.New();
        EvidenceRecord early = Sample.Evidence(run, 1) with { KillId = null, TakenAt = Sample.Time.AddSeconds(-1) };
        await WriteAsync(new StoreCommit { AddEvidence = Sample.Evidence(RunId.New(), 9) });
        await WriteAsync(new StoreCommit { AddEvidence = Sample.Evidence(run, 2) });
        await WriteAsync(new StoreCommit { AddEvidence = early });
        await WriteAsync(new StoreCommit { AddEvidence = Sample.Evidence(run, 3) });

        IReadOnlyList<EvidenceRecord> stored = await Store.ReadEvidenceAsync(run, Aborted);

        Assert.Equal([3, 2, 1], stored.Select(evidence => (int)evidence.Content.Span[1]));
        Assert.Equal(early.TakenAt, stored[2].TakenAt);
        Assert.Null(stored[2].KillId);
        Assert.Equal(early.Content.ToArray(), stored[2].Content.ToArray());
        for (int i = 0; i < EvidenceRecord.MaximumRead; i++)
        {
            await WriteAsync(new StoreCommit { AddEvidence = Sample.Evidence(run, 4) });
        }

        Assert.Equal(EvidenceRecord.MaximumRead, (await Store.ReadEvidenceAsync(run, Aborted)).Count);
    }

    private async Task<CleanupDebt> AddDebtAsync(CleanupDebt debt)
    {
        await WriteAsync(new StoreCommit { AddDebts = [debt] });
        return Assert.Single(await Store.ReadDebtsAsync(new DebtQuery { DebtIds = [debt.DebtId] }, Aborted));
    }

    private async Task<IEnumerable<string>> NamesAsync(DebtQuery query) =>
        (await Store.ReadDebtsAsync(query, Aborted)).Select(debt => debt.Resource!.Name);
}
