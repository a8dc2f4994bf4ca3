using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    /// <summary>Commits that share a transaction do not share their failures.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Commit_SomeOfABatchCannotBeWritten_TheOthersAre()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        Task<CommitResult>[] commits;
        await using (HelperProcess holder = await HelperProcess.StartAsync("hold", _fixture.File))
        {
            // They wait together, so that they are written together.
            commits = [.. Enumerable.Range(0, 30).Select(i => store.CommitAsync(Commit(i), CommitDurability.Machine, SqliteFixture.Aborted).AsTask())];
            await holder.GoAsync();
            await holder.WaitForExitAsync();
        }

        for (int i = 0; i < commits.Length; i++)
        {
            if (i % 3 == 1)
            {
                ArgumentException fault = await Assert.ThrowsAnyAsync<ArgumentException>(() => commits[i]);
                Assert.DoesNotContain("workflow_processes", fault.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(i % 3 == 0 ? CommitOutcome.Committed : CommitOutcome.RunConflict, (await commits[i]).Outcome);
            }
        }

        Assert.Equal(10L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
        Assert.Equal(10L, _fixture.Query("SELECT count(*) FROM workflow_events"));
        Assert.Null(AuditChain.Verify(await store.ReadChainAsync("node", 0, 1000, SqliteFixture.Aborted)));
    }

    [Fact]
    public async Task Commit_MissingValue_IsTheCallersFaultAndWritesNothing()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        RunRecord run = Rows.Run();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.CommitAsync(
            new StoreCommit { AddRun = run, Audit = [Rows.Audit() with { Details = null! }] }, CommitDurability.Machine, SqliteFixture.Aborted));

        Assert.Null(await store.FindRunAsync(run.RunId, SqliteFixture.Aborted));
        Assert.True((await store.CommitAsync(new StoreCommit { AddRun = run }, CommitDurability.Machine, SqliteFixture.Aborted)).IsCommitted);
    }

    /// <summary>Tokens that fire at any moment: a commit either was written and is there, or was not and is not. Half is never there.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Commit_TokensFireAtAnyMoment_NothingHalf()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        await store.CommitAsync(Rows.Everything(Rows.Run()), CommitDurability.Machine, SqliteFixture.Aborted);
        Random random = new(1);
        List<(RunId RunId, Task<CommitResult> Commit)> commits = [];
        List<CancellationTokenSource> sources = [];
        for (int i = 0; i < 500; i++)
        {
            RunRecord run = Rows.Run();
            CancellationTokenSource source = new(TimeSpan.FromMilliseconds(random.Next(0, 150)));
            sources.Add(source);
            commits.Add((run.RunId, Task.Run(
                async () => await store.CommitAsync(Rows.Everything(run), CommitDurability.Machine, source.Token), CancellationToken.None)));
        }

        int cancelled = 0;
        foreach ((RunId runId, Task<CommitResult> commit) in commits)
        {
            try
            {
                Assert.True((await commit).IsCommitted);
                Assert.NotNull(await store.FindRunAsync(runId, SqliteFixture.Aborted));
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        sources.ForEach(source => source.Dispose());

        // A token that fires while its commit is being written ends the caller's wait alone: this one comes after all of them.
        await store.CommitAsync(Rows.Everything(Rows.Run()), CommitDurability.Machine, SqliteFixture.Aborted);
        TestContext.Current.SendDiagnosticMessage($"{cancelled} of {commits.Count} were cancelled");
        object? runs = _fixture.Query("SELECT count(*) FROM workflow_processes");
        Assert.Equal(runs, _fixture.Query("SELECT count(*) FROM workflow_kills"));
        Assert.Equal(runs, _fixture.Query("SELECT count(*) FROM workflow_events"));
        Assert.Equal(runs, _fixture.Query("SELECT count(*) FROM audit_entries"));
        Assert.Equal(runs, _fixture.Query("SELECT max(seq) FROM audit_entries"));
    }

    /// <summary>A search that takes long ends when its token fires, and its connection goes on to serve.</summary>
    [Fact(Timeout = 60_000)]
    public async Task Search_TokenFiresWhileItRuns_EndsSoon()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        _fixture.Query(ManyRows.Insert(60_000, "Exited"));
        RunQuery slow = new() { IncludeFinished = true, Text = "nowhere to be found" };
        for (int i = 0; i < 20; i++)
        {
            using CancellationTokenSource source = new();
            Task<RunPage> search = store.SearchRunsAsync(slow, source.Token).AsTask();
            source.CancelAfter(TimeSpan.FromMilliseconds(i));
            try
            {
                await search;
            }
            catch (OperationCanceledException fault)
            {
                Assert.Equal(source.Token, fault.CancellationToken);
            }
        }

        Assert.Empty((await store.SearchRunsAsync(slow, SqliteFixture.Aborted)).Runs);
    }

    private static StoreCommit Commit(int i) => (i % 3) switch
    {
        0 => new StoreCommit { AddRun = Rows.Run(), Audit = [Rows.Audit()], Events = [Rows.Event(RunId.New())] },
        1 => new StoreCommit { Audit = [Rows.Audit()], Events = [Rows.Event(RunId.New())], AddRun = Rows.Run() with { Program = null! } },
        _ => new StoreCommit { UpdateRun = Rows.Run(), Audit = [Rows.Audit()], Events = [Rows.Event(RunId.New())] },
    };
}
