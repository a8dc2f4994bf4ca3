using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>Rows of runs.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>A new run gets version 1, whatever version it came with.</summary>
    [Fact]
    public async Task AddRun_FreshId_IsWrittenAsVersionOne()
    {
        RunRecord run = Sample.Run() with { Version = 77 };

        CommitResult result = await WriteAsync(new StoreCommit { AddRun = run }, CommitDurability.Machine);

        Assert.Equivalent(run with { Version = 1 }, result.Run, strict: true);
        Assert.Null(result.Kill);
        Assert.Equivalent(result.Run, await Store.FindRunAsync(run.RunId, Aborted), strict: true);
    }

    /// <summary>Every column keeps its value, extremes included.</summary>
    [Fact]
    public async Task AddRun_EveryFieldSet_ComesBackTheSame()
    {
        RunRecord run = Sample.FullRun(RunId.New(), KillId.New(TimeProvider.System));

        await AddAsync(run);

        Assert.Equivalent(run with { Version = 1 }, await Store.FindRunAsync(run.RunId, Aborted), strict: true);
    }

    /// <summary>A run id is used once.</summary>
    [Fact]
    [Trait("Scenario", "S44")]
    public async Task AddRun_TakenId_IsRefusedWithTheRowThatHasIt()
    {
        RunRecord first = await AddAsync(Sample.Run());

        CommitResult second = await TryAsync(new StoreCommit { AddRun = Sample.Run(first.RunId.Value) with { Program = "/bin/other" } });

        Assert.Equal(CommitOutcome.RunExists, second.Outcome);
        Assert.Equivalent(first, second.Run, strict: true);
        Assert.Equivalent(first, await Store.FindRunAsync(first.RunId, Aborted), strict: true);
    }

    /// <summary>Run ids differ by case.</summary>
    [Fact]
    public async Task AddRun_IdsThatDifferInCase_AreTwoRuns()
    {
        await AddAsync(Sample.Run("Build-1"));
        await AddAsync(Sample.Run("build-1"));

        Assert.Null(await Store.FindRunAsync(RunId.Parse("BUILD-1"), Aborted));
    }

    /// <summary>An update replaces the row and counts its version up.</summary>
    [Fact]
    public async Task UpdateRun_CurrentVersion_ReplacesTheRow()
    {
        RunRecord added = await AddAsync(Sample.FullRun(RunId.New(), KillId.New(TimeProvider.System)));
        RunRecord changed = Sample.Run(added.RunId.Value) with { Version = added.Version, State = RunState.Running };

        CommitResult result = await WriteAsync(new StoreCommit { UpdateRun = changed });

        Assert.Equivalent(changed with { Version = 2 }, result.Run, strict: true);
        Assert.Equivalent(result.Run, await Store.FindRunAsync(added.RunId, Aborted), strict: true);
    }

    /// <summary>A row that changed since it was read is not overwritten.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task UpdateRun_AnotherVersion_IsRefusedWithTheCurrentRow(long version)
    {
        RunRecord added = await AddAsync(Sample.Run());
        CommitResult current = await WriteAsync(new StoreCommit { UpdateRun = added with { State = RunState.Running } });

        CommitResult stale = await TryAsync(new StoreCommit { UpdateRun = added with { Version = version, State = RunState.Lost } });

        Assert.Equal(CommitOutcome.RunConflict, stale.Outcome);
        Assert.Equivalent(current.Run, stale.Run, strict: true);
        Assert.Equivalent(current.Run, await Store.FindRunAsync(added.RunId, Aborted), strict: true);
    }

    /// <summary>A row that is not there cannot be updated, and is not made.</summary>
    [Fact]
    public async Task UpdateRun_MissingRow_IsRefused()
    {
        RunRecord run = Sample.Run();

        CommitResult result = await TryAsync(new StoreCommit { UpdateRun = run });

        Assert.Equal(CommitOutcome.RunConflict, result.Outcome);
        Assert.Null(result.Run);
        Assert.Null(await Store.FindRunAsync(run.RunId, Aborted));
    }

    /// <summary>A state that this version does not know is kept as it is, and is not final.</summary>
    [Fact]
    [Trait("Scenario", "S54")]
    public async Task UpdateRun_UnknownState_IsKept()
    {
        RunState unknown = new("Hibernating'); --");
        RunRecord added = await AddAsync(Sample.Run() with { State = unknown });

        await WriteAsync(new StoreCommit { UpdateRun = added with { Status = "asleep" } });

        Assert.Equal(unknown, (await Store.FindRunAsync(added.RunId, Aborted))!.State);
        Assert.Single((await Store.SearchRunsAsync(new RunQuery { States = [unknown] }, Aborted)).Runs);
    }

    /// <summary>Ten thousand arguments are no problem, nor is a long one.</summary>
    [Fact]
    public async Task AddRun_ManyAndLongArguments_ComeBackTheSame()
    {
        RunRecord run = Sample.Run() with
        {
            Arguments = [.. Enumerable.Range(0, 10_000).Select(i => $"--option-{i}"), new string('x', 2_000_000)],
        };

        await AddAsync(run);

        Assert.Equal(run.Arguments, (await Store.FindRunAsync(run.RunId, Aborted))!.Arguments);
    }

    /// <summary>A list that the caller changes afterwards does not change the row.</summary>
    [Fact]
    public async Task AddRun_CallerChangesItsList_KeepsTheRow()
    {
        List<string> arguments = ["one"];
        RunRecord run = await AddAsync(Sample.Run() with { Arguments = arguments });

        arguments.Add("two");

        Assert.Equal(["one"], (await Store.FindRunAsync(run.RunId, Aborted))!.Arguments);
    }

    /// <summary>Times are instants: the offset they came with is not kept.</summary>
    [Fact]
    public async Task AddRun_TimeWithOffset_ComesBackInUtc()
    {
        DateTimeOffset local = new(2026, 3, 29, 3, 30, 0, TimeSpan.FromHours(5.5));
        RunRecord run = await AddAsync(Sample.Run() with { CreatedAt = local, EndedAt = local });

        RunRecord? found = await Store.FindRunAsync(run.RunId, Aborted);

        Assert.Equal(local, found!.CreatedAt);
        Assert.Equal(TimeSpan.Zero, found.CreatedAt.Offset);
        Assert.Equal(TimeSpan.Zero, found.EndedAt!.Value.Offset);
        Assert.Equal(TimeSpan.Zero, run.CreatedAt.Offset);
    }

    /// <summary>Text that is not valid Unicode does not make a row unstorable.</summary>
    [Fact]
    public async Task AddRun_UnpairedSurrogates_IsStoredAllTheSame()
    {
        RunRecord run = await AddAsync(Sample.Run() with { Workflow = "a\ud800b", Arguments = ["\udc00", "c"] });

        RunRecord? found = await Store.FindRunAsync(run.RunId, Aborted);

        Assert.Contains(found!.Workflow, new List<string?> { "a\ud800b", "a\ufffdb" });
        Assert.Equal(2, found.Arguments.Count);
        Assert.Equal("c", found.Arguments[1]);
    }

    /// <summary>What is not there is null.</summary>
    [Fact]
    public async Task Find_NothingThere_IsNull()
    {
        Assert.Null(await Store.FindRunAsync(RunId.New(), Aborted));
        Assert.Null(await Store.FindKillAsync(KillId.New(TimeProvider.System), Aborted));
        Assert.Null(await Store.FindKillByKeyAsync(RunId.New(), "key", Aborted));
    }
}
