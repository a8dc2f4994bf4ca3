using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>The store in memory is the model: whatever is asked of both, SQLite answers the same.</summary>
public sealed class StoreModelTests
{
    private static readonly RunState[] States =
        [RunState.Launching, RunState.Running, RunState.Stopping, RunState.Exited, RunState.Killed, RunState.KillUnconfirmed, new("Hibernating")];

    // Few ids, keys and names, so that they meet.
    private static readonly Gen<RunId> RunIds = Gen.Int[1, 4].Select(i => RunId.Parse($"Run-{i}"));
    private static readonly Gen<string?> Names = Gen.OneOf<string?>(null, "alpha", "ALPHA", "al%", string.Empty, "Ünï\0'\"\\");
    private static readonly Gen<RunState> RunStates = Gen.OneOf(States);
    private static readonly Gen<DateTimeOffset> Times = Gen.Select(Gen.Int[0, 3], Gen.Int[-12, 12], (seconds, hours) =>
        Rows.Time.AddSeconds(seconds).ToOffset(TimeSpan.FromHours(hours)));

    private static readonly Gen<RunRecord> Runs = Gen.Select(
        Gen.Select(RunIds, RunStates, Gen.Long[0, 4], Times),
        Gen.Select(Names, Names, Names),
        Gen.Select(Gen.OneOf("alpha", "b b", "\"", string.Empty).Array[0, 3], RunIds.Nullable()),
        (identity, labels, rest) => Rows.Run(identity.Item1.Value) with
        {
            InternalId = "internal",
            State = identity.Item2,
            Version = identity.Item3,
            CreatedAt = identity.Item4,
            Workflow = labels.Item1,
            Session = labels.Item2,
            Owner = labels.Item3,
            Arguments = rest.Item1,
            ParentRun = rest.Item2,
        });

    private static readonly KillId[] KillIds = [.. Enumerable.Range(0, 4).Select(_ => KillId.New(TimeProvider.System))];

    private static readonly Gen<KillRecord> Kills = Gen.Select(
        Gen.OneOf(KillIds), RunIds, Gen.Long[0, 3], Gen.OneOf(KillState.IntentWritten, KillState.Completed, KillState.Denied), Gen.OneOf<string?>(null, "key-1", "key-2"),
        (killId, runId, version, state, key) => Rows.Kill(runId) with { KillId = killId, Version = version, State = state, IdempotencyKey = key });

    private static readonly Gen<CleanupDebt> Debts = Gen.Select(
        Gen.Int[1, 3], RunIds, Gen.Long[0, 3], Times, Gen.Bool,
        (number, runId, version, due, settled) => Rows.Debt(Rows.Run(runId.Value), due) with
        {
            DebtId = $"debt_{number}",
            Version = version,
            CreatedAt = due,
            SettledAt = settled ? Rows.Time : null,
        });

    private static readonly Gen<StoreCommit> Commits = Gen.Select(
        Gen.OneOf(Gen.Const((RunRecord?)null), Runs!),
        Gen.OneOf(Gen.Const((RunRecord?)null), Gen.Const((RunRecord?)null), Runs!),
        Gen.OneOf(Gen.Const((KillRecord?)null), Gen.Const((KillRecord?)null), Kills!),
        Gen.OneOf(Gen.Const((KillRecord?)null), Gen.Const((KillRecord?)null), Kills!),
        Debts.Array[0, 1],
        Debts.Array[0, 2],
        (addRun, updateRun, addKill, updateKill, updateDebts, addDebts) => new StoreCommit
        {
            // A commit that names one row twice is nobody's.
            AddRun = addRun,
            UpdateRun = updateRun?.RunId == addRun?.RunId ? null : updateRun,
            AddKill = addKill,
            UpdateKill = updateKill?.KillId == addKill?.KillId ? null : updateKill,
            UpdateDebts = updateDebts,
            AddDebts = [.. addDebts.Select(debt => debt with { SettledAt = null })],
            Audit = [Rows.Audit()],
            Events = [Rows.Event(RunId.Parse("Run-1"))],
        });

    private static readonly Gen<RunQuery> Queries = Gen.Select(
        Gen.Select(Names, Names, Names, RunIds.Nullable()),
        Gen.Select(RunStates.Array[0, 2], Gen.Bool, Gen.OneOf<string?>(null, "ALPHA", "%", "b", "a b", "\0'", "run-1", "Ü"), Gen.Int[1, 3]),
        Gen.Select(Times.Nullable(), Times.Nullable(), Gen.Int[0, 5]),
        (labels, rest, times) => new RunQuery
        {
            // Mostly one condition: with all of them nothing is ever found.
            Workflow = times.Item3 == 0 ? labels.Item1 : null,
            Session = times.Item3 == 1 ? labels.Item2 : null,
            Owner = times.Item3 == 2 ? labels.Item3 : null,
            ParentRun = times.Item3 == 3 ? labels.Item4 : null,
            States = times.Item3 == 4 ? rest.Item1 : [],
            IncludeFinished = rest.Item2,
            Text = rest.Item3,
            Limit = rest.Item4,
            CreatedFrom = times.Item3 == 5 ? times.Item1 : null,
            CreatedBefore = times.Item3 == 5 ? times.Item2 : null,
        });

    [Fact(Timeout = 120_000)]
    public async Task Stores_AnyCommitsAndQueries_AnswerTheSame() =>
        await Gen.Select(Commits.Array[1, 12], Queries.Array[1, 6]).SampleAsync(
            async input => await CompareAsync(input.Item1, input.Item2), iter: 400, threads: 2);

    private static async Task CompareAsync(StoreCommit[] commits, RunQuery[] queries)
    {
        await using SqliteFixture fixture = new();
        SqliteProcessStore sqlite = await fixture.OpenAsync();
        await using ServiceProvider services = new StoreBuilder().UseInMemoryStore().Services.BuildServiceProvider();
        IProcessStore memory = services.GetRequiredService<IProcessStore>();
        foreach (StoreCommit commit in commits)
        {
            Assert.Equivalent(await CommitAsync(memory, commit), await CommitAsync(sqlite, commit), strict: true);
        }

        foreach (RunQuery query in queries)
        {
            Assert.Equivalent(await PagesAsync(memory, query), await PagesAsync(sqlite, query), strict: true);
        }

        await CompareEndsAsync(memory, sqlite);
        Assert.Equal(
            (await memory.ReadAuditAsync(new AuditQuery(), SqliteFixture.Aborted)).Select(entry => entry.Sequence),
            (await sqlite.ReadAuditAsync(new AuditQuery(), SqliteFixture.Aborted)).Select(entry => entry.Sequence));
        Assert.Equal(
            (await memory.ReadEventsAsync(default, 100, SqliteFixture.Aborted)).Count,
            (await sqlite.ReadEventsAsync(default, 100, SqliteFixture.Aborted)).Count);
    }

    private static async Task CompareEndsAsync(IProcessStore memory, SqliteProcessStore sqlite)
    {
        DebtQuery[] debts = [new(), new() { IncludeSettled = true }, new() { DueBy = Rows.Time.AddSeconds(1) }, new() { RunId = RunId.Parse("Run-1") }];
        foreach (DebtQuery query in debts)
        {
            Assert.Equivalent(await memory.ReadDebtsAsync(query, SqliteFixture.Aborted), await sqlite.ReadDebtsAsync(query, SqliteFixture.Aborted), strict: true);
        }

        Assert.Equivalent(
            (await memory.SearchKillsAsync(new KillQuery(), SqliteFixture.Aborted)).Kills,
            (await sqlite.SearchKillsAsync(new KillQuery(), SqliteFixture.Aborted)).Kills,
            strict: true);
        Assert.Equivalent(
            (await memory.SearchEndsAsync(new EndQuery(), SqliteFixture.Aborted)).Ends,
            (await sqlite.SearchEndsAsync(new EndQuery(), SqliteFixture.Aborted)).Ends,
            strict: true);
        PurgeRequest purge = new() { EndedBefore = Rows.Time.AddSeconds(2) };
        Assert.Equivalent(await memory.PurgeAsync(purge, SqliteFixture.Aborted), await sqlite.PurgeAsync(purge, SqliteFixture.Aborted), strict: true);
        Assert.Equivalent(
            await PagesAsync(memory, new RunQuery { IncludeFinished = true }), await PagesAsync(sqlite, new RunQuery { IncludeFinished = true }), strict: true);
    }

    /// <summary>The answer; null when the commit is its caller's fault.</summary>
    private static async Task<CommitResult?> CommitAsync(IProcessStore store, StoreCommit commit)
    {
        try
        {
            return await store.CommitAsync(commit, CommitDurability.Process, SqliteFixture.Aborted);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static async Task<List<IReadOnlyList<RunRecord>>> PagesAsync(IProcessStore store, RunQuery query)
    {
        List<IReadOnlyList<RunRecord>> pages = [];
        string? cursor = null;
        do
        {
            RunPage page = await store.SearchRunsAsync(query with { Cursor = cursor }, SqliteFixture.Aborted);
            pages.Add(page.Runs);
            cursor = page.Next;
        }
        while (cursor is not null);

        return pages;
    }
}
