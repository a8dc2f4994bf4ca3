using WorkflowLifecycle.Sqlite;

namespace WorkflowLifecycle.Stores.Tests.Compatibility;

/// <summary>Reports in rows of versions that knew less of a kill.</summary>
[Trait("Scenario", "S37")]
public sealed class OlderReportTests : IAsyncLifetime
{
    private readonly SqliteFixture _fixture = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    /// <summary>The serializer sets what is not in the text to null, past the initializer of the property.</summary>
    [Fact]
    public async Task Read_ReportWithoutTheListsOfToday_HasThemEmpty()
    {
        SqliteProcessStore store = await _fixture.OpenAsync();
        KillRecord kill = (await store.CommitAsync(
            new StoreCommit { AddKill = Rows.Kill(RunId.New()) }, CommitDurability.Machine, SqliteFixture.Aborted)).Kill!;
        _fixture.Query(
            "UPDATE workflow_kills SET report = json_object('runId', run_id, 'killId', kill_id, 'outcome', 'Killed', 'mode', 'Emergency', " +
            "'reason', 'why', 'requestedBy', 'os:0', 'cleanup', json('[{\"cleaner\":\"cgroup\",\"outcome\":\"Clean\"}]'))");

        KillReport report = (await store.FindKillAsync(kill.KillId, SqliteFixture.Aborted))!.Report!;

        Assert.Empty(report.Steps);
        Assert.Empty(report.Phases);
        Assert.Empty(report.ProcessesBefore);
        Assert.Empty(report.Survivors);
        Assert.Empty(report.OpenExits);
        Assert.Empty(report.ChildRuns);
        Assert.Empty(Assert.Single(report.Cleanup).Remaining);
    }
}
