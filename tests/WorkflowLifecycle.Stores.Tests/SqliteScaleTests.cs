using System.Diagnostics;
using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests;

/// <summary>Measurements. What they print is for people; what they assert is only what no busy machine breaks.</summary>
public sealed class SqliteScaleTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();
    private readonly ITestOutputHelper _output;

    public SqliteScaleTests(ITestOutputHelper output) => _output = output;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact(Timeout = 300_000)]
    [Trait("Scenario", "S45")]
    public async Task Search_TwentyTimesTheFinishedRows_StaysFlat()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            await store.CommitAsync(new StoreCommit { AddRun = Rows.Run() with { State = RunState.Running, Workflow = "workflow-3" } }, CommitDurability.Process, SqliteFixture.Aborted);
        }

        _fixture.Query(ManyRows.Insert(10_000, "Exited"));
        IReadOnlyDictionary<string, double> few = await MeasureAsync(store);
        _fixture.Query(ManyRows.Insert(190_000, "Exited"));
        IReadOnlyDictionary<string, double> many = await MeasureAsync(store);

        foreach ((string name, double before) in few)
        {
            _output.WriteLine($"{name}: {before:0.00} ms at 10,000 rows, {many[name]:0.00} ms at 200,000: {many[name] / before:0.0} times");
        }

        Assert.True(many["default listing"] < 20 * Math.Max(1, few["default listing"]), "The default listing grows with the finished rows.");
    }

    /// <summary>The statements that must not walk the table do not.</summary>
    [Theory]
    [Trait("Scenario", "S45")]
    [InlineData("state NOT IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost')", "workflow_processes_unfinished")]
    [InlineData("workflow = 'a'", "workflow_processes_workflow")]
    [InlineData("session = 'a'", "workflow_processes_session")]
    [InlineData("owner = 'a'", "workflow_processes_owner")]
    [InlineData("parent_run = 'a'", "workflow_processes_parent_run")]
    public async Task Search_Plan_UsesTheIndex(string condition, string index)
    {
        await _fixture.OpenAsync();

        object? plan = _fixture.Query(
            $"EXPLAIN QUERY PLAN SELECT * FROM workflow_processes WHERE {condition} ORDER BY id DESC LIMIT 10", column: 3);

        Assert.Contains(index, (string)plan!, StringComparison.Ordinal);
    }

    /// <summary>What is due, what ended lately, and what may be forgotten is looked up in an index, not in all that exists.</summary>
    [Theory]
    [Trait("Scenario", "S45")]
    [InlineData("SELECT * FROM cleanup_debts WHERE settled_at IS NULL AND host_id = 'a' AND next_attempt_at <= 'b' ORDER BY next_attempt_at, id LIMIT 1", "cleanup_debts_due")]
    [InlineData("SELECT * FROM cleanup_debts WHERE settled_at IS NULL ORDER BY created_at, id LIMIT 10", "cleanup_debts_open")]
    [InlineData("SELECT * FROM workflow_kills WHERE requested_at >= 'a' AND requested_at < 'b' ORDER BY requested_at, id LIMIT 10", "workflow_kills_requested_at")]
    [InlineData(
        "SELECT * FROM workflow_processes r INDEXED BY workflow_processes_ended WHERE state IN ('Exited', 'Killed', 'EndedUnproven', 'LaunchFailed', 'Lost') " +
        "AND coalesce(ended_at, created_at) < 'b' ORDER BY coalesce(ended_at, created_at), id LIMIT 10",
        "workflow_processes_ended")]
    [InlineData("DELETE FROM workflow_events WHERE run_id IN (SELECT value FROM json_each('[]'))", "workflow_events_run")]
    [InlineData("DELETE FROM workflow_kills WHERE run_id IN (SELECT value FROM json_each('[]'))", "workflow_kills_run")]
    [InlineData("DELETE FROM run_evidence WHERE run_id IN (SELECT value FROM json_each('[]'))", "run_evidence_run")]
    [InlineData("DELETE FROM cleanup_debts WHERE run_id IN (SELECT value FROM json_each('[]'))", "cleanup_debts_run")]
    public async Task Cleanup_Plan_UsesTheIndex(string statement, string index)
    {
        await _fixture.OpenAsync();

        object? plan = _fixture.Query("EXPLAIN QUERY PLAN " + statement, column: 3);

        Assert.Contains(index, (string)plan!, StringComparison.Ordinal);
    }

    /// <summary>The span of time that is asked for costs, not the rows beside it.</summary>
    [Fact(Timeout = 300_000)]
    [Trait("Scenario", "S45")]
    public async Task PurgeAndEnds_TwentyTimesTheRowsOutsideTheSpan_StayFlat()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        DateTimeOffset border = new(2025, 12, 31, 0, 0, 0, TimeSpan.Zero);
        for (int i = 0; i < 200; i++)
        {
            await store.CommitAsync(
                new StoreCommit { AddRun = Rows.Run() with { State = RunState.Exited, CreatedAt = border.AddDays(-1), EndedAt = border.AddDays(-1) } },
                CommitDurability.Process,
                SqliteFixture.Aborted);
        }

        async Task<(double Ends, double Purge)> MeasureSpanAsync()
        {
            Stopwatch watch = Stopwatch.StartNew();
            EndPage page = await store.SearchEndsAsync(new EndQuery { EndedBefore = border, Limit = 50 }, SqliteFixture.Aborted);
            double ends = watch.Elapsed.TotalMilliseconds;
            watch.Restart();
            PurgeResult purged = await store.PurgeAsync(new PurgeRequest { EndedBefore = border, Limit = 50 }, SqliteFixture.Aborted);
            Assert.Equal(50, page.Ends.Count);
            Assert.Equal(50, purged.Runs.Count);
            return (ends, watch.Elapsed.TotalMilliseconds);
        }

        await MeasureSpanAsync();
        _fixture.Query(ManyRows.Insert(10_000, "Exited"));
        (double Ends, double Purge) few = await MeasureSpanAsync();
        _fixture.Query(ManyRows.Insert(190_000, "Exited"));
        (double Ends, double Purge) many = await MeasureSpanAsync();

        _output.WriteLine($"ends: {few.Ends:0.00} and {many.Ends:0.00} ms; purge of 50: {few.Purge:0.00} and {many.Purge:0.00} ms");
        Assert.True(many.Ends < 20 * Math.Max(1, few.Ends), "The list of ends grows with the rows outside its span.");
        Assert.True(many.Purge < 20 * Math.Max(1, few.Purge), "The purge grows with the rows that stay.");
    }

    [Theory(Timeout = 120_000)]
    [InlineData(CommitDurability.Machine, 1)]
    [InlineData(CommitDurability.Process, 1)]
    [InlineData(CommitDurability.Machine, 16)]
    [InlineData(CommitDurability.Process, 16)]
    public async Task Commit_Throughput_IsPrinted(CommitDurability durability, int writers)
    {
        const int Commits = 1600;
        SqliteProcessStore store = await _fixture.OpenAsync();
        await store.CommitAsync(Rows.Everything(Rows.Run()), durability, SqliteFixture.Aborted);

        TimeSpan processor = Environment.CpuUsage.TotalTime;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Commits / writers; i++)
            {
                await store.CommitAsync(Rows.Everything(Rows.Run()), durability, SqliteFixture.Aborted);
            }
        })));
        watch.Stop();
        processor = Environment.CpuUsage.TotalTime - processor;

        _output.WriteLine(
            $"{durability}, {writers} writers: {Commits / watch.Elapsed.TotalSeconds:0} commits/s of a run, a kill, an audit entry and an event, " +
            $"{processor.TotalMilliseconds / Commits:0.000} ms of processor each");
        Assert.Equal(Commits + 1L, _fixture.Query("SELECT count(*) FROM workflow_processes"));
    }

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(SqliteProcessStore store)
    {
        Dictionary<string, RunQuery> queries = new()
        {
            ["default listing"] = new RunQuery(),
            ["unfinished of a workflow"] = new RunQuery { Workflow = "workflow-3" },
            ["unfinished with text"] = new RunQuery { Text = "true" },
            ["all, first page"] = new RunQuery { IncludeFinished = true, Limit = 50 },
            ["finished of a session"] = new RunQuery { IncludeFinished = true, Session = "session-7", Limit = 50 },
            ["finished by state and time"] = new RunQuery
            {
                IncludeFinished = true,
                States = [RunState.Exited],
                CreatedFrom = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.Zero),
                CreatedBefore = new DateTimeOffset(2026, 1, 1, 1, 1, 0, TimeSpan.Zero),
                Limit = 50,
            },
            ["text that is nowhere"] = new RunQuery { IncludeFinished = true, Text = "nowhere" },
        };
        Dictionary<string, double> times = [];
        foreach ((string name, RunQuery query) in queries)
        {
            double best = double.MaxValue;
            for (int round = 0; round < 5; round++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                await store.SearchRunsAsync(query, SqliteFixture.Aborted);
                best = Math.Min(best, watch.Elapsed.TotalMilliseconds);
            }

            times.Add(name, best);
        }

        return times;
    }
}
