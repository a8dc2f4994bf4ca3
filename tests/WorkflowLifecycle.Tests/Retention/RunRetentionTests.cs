using Microsoft.Extensions.Hosting;
using NSubstitute;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Retention;

/// <summary>What is forgotten, and what never is.</summary>
public sealed class RunRetentionTests : IAsyncDisposable
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private readonly Engine _engine = new();

    public RunRetentionTests() => _engine.Platform.RuntimeRoot.Returns(_engine.Directory);

    private IRunRetention Retention => _engine.Get<IRunRetention>();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Apply_OldRuns_GoWithTheirDirectoriesAndItIsAudited()
    {
        RunRecord withDirectory = await AddAsync("run_old", Sample.Start);
        string path = MakeDirectory(withDirectory);
        await AddAsync("run_bare", Sample.Start);
        RunRecord young = await AddAsync("run_young", Sample.Start.AddDays(2));
        _engine.HeldOf(withDirectory.RunId).Containment.DiscardRecords(keepOutput: false).Returns(_ =>
        {
            Directory.Delete(path, recursive: true);
            return [];
        });
        _engine.Time.Advance(Month + TimeSpan.FromHours(1));

        RetentionReport preview = await ApplyAsync(dryRun: true);
        bool wasThere = Directory.Exists(path);
        RetentionReport report = await ApplyAsync();

        Assert.Equal((2, 1, 0, true), (preview.Runs, preview.Directories, preview.KeptRuns, wasThere));
        Assert.Equal((2, 1, 0, Sample.Start + TimeSpan.FromHours(1)), (report.Runs, report.Directories, report.KeptRuns, report.EndedBefore));
        Assert.False(Directory.Exists(path));
        Assert.Equal([young.RunId], (await _engine.Store.SearchRunsAsync(new RunQuery { IncludeFinished = true })).Runs.Select(run => run.RunId));
        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Pruned");
        Assert.Equal(("host:operator", "2", "1"), (entry.Actor, entry.Details["runs"], entry.Details["directories"]));
        Assert.Equal(0, (await ApplyAsync()).Runs);
        Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Pruned");
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_AnythingOpen_StaysWithTheReason()
    {
        RunRecord indebted = await AddAsync("run_indebted", Sample.Start);
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { AddDebts = [WorkflowLifecycle.Cleanup.CleanupDebts.New(indebted, null, "temp", null, "held", Sample.Start)] }, CommitDurability.Process);
        RunRecord underKill = await AddAsync("run_kill", Sample.Start);
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = Sample.OpenKill(underKill) }, CommitDurability.Process);
        await _engine.AddAsync("run_live");
        _engine.Time.Advance(Month * 2);

        RetentionReport report = await ApplyAsync();

        Assert.Equal((0, 2), (report.Runs, report.KeptRuns));
        Assert.Equal(["it has 1 open debts", "a kill of it or a child run is not over"], report.Kept.Select(kept => kept.Reason));
        Assert.Equal(3, (await _engine.Store.SearchRunsAsync(new RunQuery { IncludeFinished = true })).Runs.Count);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("outside")]
    [InlineData("name")]
    [InlineData("dots")]
    public async Task Apply_DirectoryThatIsNotProvablyItsOwn_IsNotTouched(string how)
    {
        RunRecord run = await AddAsync("run_old", Sample.Start, row =>
        {
            string path = how switch
            {
                "outside" => Path.Combine(Path.GetTempPath(), row.InternalId),
                "name" => Path.Combine(_engine.Directory, "runs", "another"),
                _ => Path.Combine(_engine.Directory, "runs", "..", "..", row.InternalId),
            };
            return row with { Containment = row.Containment! with { RunDirectory = path } };
        });
        string there = run.Containment!.RunDirectory;
        Directory.CreateDirectory(Path.Combine(_engine.Directory, "runs"));
        Directory.CreateDirectory(there);
        _engine.Time.Advance(Month * 2);
        try
        {
            RetentionReport report = await ApplyAsync();

            Assert.Equal((0, 1), (report.Runs, report.KeptRuns));
            Assert.True(Directory.Exists(there));
            Assert.NotNull(await _engine.Store.FindRunAsync(run.RunId));
            _engine.HeldOf(run.RunId).Containment.DidNotReceive().DiscardRecords(Arg.Any<bool>());
        }
        finally
        {
            Directory.Delete(there);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_DirectoryThatStays_KeepsTheRow()
    {
        RunRecord run = await AddAsync("run_old", Sample.Start);
        MakeDirectory(run);
        _engine.HeldOf(run.RunId).Containment.DiscardRecords(keepOutput: false).Returns(["a file"]);
        _engine.Time.Advance(Month * 2);

        RetentionReport report = await ApplyAsync();

        Assert.Contains("could not be removed", Assert.Single(report.Kept).Reason, StringComparison.Ordinal);
        Assert.Equal((0, 1, 0), (report.Runs, report.KeptRuns, report.Directories));
        Assert.NotNull(await _engine.Store.FindRunAsync(run.RunId));
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_SomethingLivesInItsCgroup_KeepsAll()
    {
        RunRecord run = await AddAsync("run_old", Sample.Start);
        string path = MakeDirectory(run);
        _engine.HeldOf(run.RunId).Populated = true;
        _engine.Time.Advance(Month * 2);

        RetentionReport report = await ApplyAsync();

        Assert.Equal(1, report.KeptRuns);
        Assert.True(Directory.Exists(path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_RunOfAnotherMachine_IsLeftToThatOneUntilItIsTwiceAsOld()
    {
        RunRecord run = await AddAsync("run_there", Sample.Start, row => row with { Host = row.Host with { HostId = "another" } });
        string path = MakeDirectory(run);

        _engine.Time.Advance(Month + TimeSpan.FromDays(1));
        RetentionReport first = await ApplyAsync();
        _engine.Time.Advance(Month);
        RetentionReport second = await ApplyAsync();

        Assert.Equal((0, 1), (first.Runs, first.KeptRuns));
        Assert.Equal((1, 0, 0), (second.Runs, second.KeptRuns, second.Directories));
        Assert.True(Directory.Exists(path));
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_MoreThanABatch_AllGo()
    {
        for (int i = 0; i < 250; i++)
        {
            await AddAsync($"run_{i}", Sample.Start);
        }

        _engine.Time.Advance(Month * 2);

        Assert.Equal(250, (await ApplyAsync()).Runs);
    }

    [Fact(Timeout = 30_000)]
    public async Task Apply_AgeOfZero_IsRefused() => await Assert.ThrowsAsync<ArgumentException>(
        () => Retention.ApplyAsync(new RetentionRequest { OlderThan = TimeSpan.Zero }, WorkflowPrincipal.Host("operator")));

    [Fact(Timeout = 30_000)]
    public async Task Host_IsUp_ForgetsAtItsStartAndDaily()
    {
        await AddAsync("run_first", Sample.Start);
        await AddAsync("run_second", Sample.Start.AddHours(12));
        _engine.Time.Advance(Month + TimeSpan.FromHours(1));
        IHostedService host = _engine.Get<IEnumerable<IHostedService>>().Single();

        await host.StartAsync(CancellationToken.None);
        await UntilRunsAsync(1);
        for (int i = 0; i < 26; i++)
        {
            _engine.Time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await UntilRunsAsync(0);
        await host.StopAsync(CancellationToken.None);
    }

    private async Task UntilRunsAsync(int count)
    {
        for (int i = 0; i < 2000; i++)
        {
            if ((await _engine.Store.Inner.SearchRunsAsync(new RunQuery { IncludeFinished = true })).Runs.Count == count)
            {
                return;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"There are not {count} runs.");
    }

    private Task<RetentionReport> ApplyAsync(bool dryRun = false) =>
        Retention.ApplyAsync(new RetentionRequest { DryRun = dryRun }, WorkflowPrincipal.Host("operator"), TestContext.Current.CancellationToken);

    private async Task<RunRecord> AddAsync(string id, DateTimeOffset ended, Func<RunRecord, RunRecord>? change = null) => (await _engine.AddAsync(id, run =>
    {
        _engine.HeldOf(run.RunId).Populated = false;
        string internalId = Guid.NewGuid().ToString("N");
        RunRecord over = run with
        {
            InternalId = internalId,
            State = RunState.Exited,
            EndedAt = ended,
            Output = OutputMode.Files,
            Containment = run.Containment! with { RunDirectory = Path.Combine(_engine.Directory, "runs", internalId) },
        };
        return change?.Invoke(over) ?? over;
    })).Run;

    private static string MakeDirectory(RunRecord run) => Directory.CreateDirectory(run.Containment!.RunDirectory).FullName;
}
