using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>The audit.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>Entries come back as they were drafted, linked to the one before.</summary>
    [Fact]
    public async Task Audit_OneCommit_ComesBackInOrderAndLinked()
    {
        RunId run = RunId.New();
        KillId kill = KillId.New(TimeProvider.System);
        AuditDraft full = Sample.Audit("Requested", run, kill) with { At = Sample.Time.ToOffset(TimeSpan.FromHours(3)) };

        await WriteAsync(new StoreCommit { Audit = [full, Sample.Audit("Launch") with { Reason = null, Details = new Dictionary<string, string>() }] });

        IReadOnlyList<AuditEntry> entries = await Store.ReadAuditAsync(new AuditQuery(), Aborted);
        Assert.Equal(2, entries.Count);
        Assert.Equal([1L, 2L], entries.Select(entry => entry.Sequence));
        Assert.Equal(AuditChain.FirstPreviousHash, entries[0].PreviousHash);
        Assert.Equal(entries[0].Hash, entries[1].PreviousHash);
        Assert.Equal("Requested", entries[0].Stage);
        Assert.Equal(Sample.Time, entries[0].At);
        Assert.Equal(TimeSpan.Zero, entries[0].At.Offset);
        Assert.Equal(run, entries[0].RunId);
        Assert.Equal(kill, entries[0].KillId);
        Assert.Equal("os:1000", entries[0].Actor);
        Assert.Equal("stuck in initialization", entries[0].Reason);
        Assert.Equal(full.Details.OrderBy(pair => pair.Key), entries[0].Details.OrderBy(pair => pair.Key));
        Assert.Null(entries[1].Reason);
        Assert.Null(entries[1].RunId);
        Assert.Null(entries[1].KillId);
        Assert.Empty(entries[1].Details);
    }

    /// <summary>Many writers, several chains: each chain is without a gap, and verifies.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Audit_ManyWriters_ChainsHaveNoGapAndVerify()
    {
        IAuditChainSource source = Assert.IsType<IAuditChainSource>(Store, exactMatch: false);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(
            () => WriteAsync(new StoreCommit
            {
                Audit = [Sample.Audit("a", chain: $"node-{i % 2}"), Sample.Audit("b", chain: $"node-{i % 2}"), Sample.Audit("c", chain: "node-2")],
            }),
            Aborted)));

        Assert.Equal(["node-0", "node-1", "node-2"], await source.ReadChainIdsAsync(Aborted));
        foreach (string chain in await source.ReadChainIdsAsync(Aborted))
        {
            IReadOnlyList<AuditChainRow> rows = await source.ReadChainAsync(chain, 0, 1000, Aborted);
            Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), rows.Select(row => row.Sequence));
            Assert.Null(AuditChain.Verify(rows));
        }
    }

    /// <summary>Whatever text is audited, the chain verifies after the way to the store and back.</summary>
    [Theory]
    [InlineData("zero\0inside")]
    [InlineData("quote \" back \\ line \n tab \t bell \u0007 delete \u007f")]
    [InlineData("ünïcödé 🦊 \u2028 \u202e")]
    [InlineData("unpaired \ud800 surrogate")]
    [InlineData("'); DELETE FROM audit_entries; --")]
    public async Task Audit_HostileText_VerifiesAfterwards(string text)
    {
        AuditDraft draft = Sample.Audit(text, chain: text) with
        {
            Actor = text,
            Reason = text,
            Details = new Dictionary<string, string> { [text] = text, ["a"] = text, ["Z"] = text },
        };

        await WriteAsync(new StoreCommit { Audit = [draft, draft] });
        await WriteAsync(new StoreCommit { Audit = [draft] });

        IAuditChainSource source = (IAuditChainSource)Store;
        string chain = Assert.Single(await source.ReadChainIdsAsync(Aborted));
        IReadOnlyList<AuditChainRow> rows = await source.ReadChainAsync(chain, 0, 10, Aborted);
        Assert.Equal(3, rows.Count);
        Assert.Null(AuditChain.Verify(rows));
        Assert.Equal(3, (await Store.ReadAuditAsync(new AuditQuery { ChainId = chain }, Aborted)).Count);
    }

    /// <summary>The rows carry no personal word in what is hashed.</summary>
    [Fact]
    public async Task Audit_Payload_HoldsNoPersonalText()
    {
        await WriteAsync(new StoreCommit { Audit = [Sample.Audit() with { Actor = "alice@example.org", Reason = "because of Bob" }] });

        AuditChainRow row = Assert.Single(await ((IAuditChainSource)Store).ReadChainAsync("node-1", 0, 10, Aborted));

        Assert.DoesNotContain("alice", row.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("Bob", row.Payload, StringComparison.Ordinal);
        Assert.Null(AuditChain.Verify([row with { Actor = null, ActorSalt = null, Reason = null, ReasonSalt = null }]));
        Assert.NotNull(AuditChain.Verify([row with { Actor = "mallory" }]));
    }

    /// <summary>Chains are read by pages.</summary>
    [Fact]
    public async Task Audit_ChainByPages_Verifies()
    {
        await WriteAsync(new StoreCommit { Audit = [.. Enumerable.Range(0, 7).Select(i => Sample.Audit($"stage-{i}"))] });

        AuditChainRow? last = null;
        int read = 0;
        while (await ((IAuditChainSource)Store).ReadChainAsync("node-1", last?.Sequence ?? 0, 3, Aborted) is { Count: > 0 } page)
        {
            Assert.Null(AuditChain.Verify(page, last));
            last = page[^1];
            read += page.Count;
        }

        Assert.Equal(7, read);
        Assert.Empty(await ((IAuditChainSource)Store).ReadChainAsync("no such chain", 0, 3, Aborted));
    }

    /// <summary>Each condition and their combination; skipping and limiting.</summary>
    [Fact]
    public async Task Audit_Conditions_AllMustHold()
    {
        RunId run = RunId.New();
        KillId kill = KillId.New(TimeProvider.System);
        await WriteAsync(new StoreCommit
        {
            Audit =
            [
                Sample.Audit("1", run),
                Sample.Audit("2", run, kill),
                Sample.Audit("3", RunId.New(), kill),
                Sample.Audit("4", run, kill, "node-2"),
                Sample.Audit("5"),
            ],
        });

        Assert.Equal("12345", await StagesAsync(new AuditQuery()));
        Assert.Equal("124", await StagesAsync(new AuditQuery { RunId = run }));
        Assert.Equal("234", await StagesAsync(new AuditQuery { KillId = kill }));
        Assert.Equal("1235", await StagesAsync(new AuditQuery { ChainId = "node-1" }));
        Assert.Equal("2", await StagesAsync(new AuditQuery { RunId = run, KillId = kill, ChainId = "node-1" }));
        Assert.Equal("23", await StagesAsync(new AuditQuery { Skip = 1, Limit = 2 }));
        Assert.Equal("4", await StagesAsync(new AuditQuery { RunId = run, Skip = 2 }));
        Assert.Equal(string.Empty, await StagesAsync(new AuditQuery { Skip = long.MaxValue }));
        Assert.Equal(string.Empty, await StagesAsync(new AuditQuery { ChainId = "node-" }));
    }

    /// <summary>Limits and skips out of range are refused.</summary>
    [Fact]
    public async Task Audit_OutOfRange_IsRefused()
    {
        AuditQuery[] queries = [new() { Limit = 0 }, new() { Limit = AuditQuery.MaximumLimit + 1 }, new() { Skip = -1 }];
        foreach (AuditQuery query in queries)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.ReadAuditAsync(query, Aborted));
        }
    }

    private async Task<string> StagesAsync(AuditQuery query) =>
        string.Concat((await Store.ReadAuditAsync(query, Aborted)).Select(entry => entry.Stage));
}
