using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>Listing and searching runs.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>Without conditions: what is not finished, newest first by insertion, whatever the times say.</summary>
    [Fact]
    public async Task Search_NoConditions_ListsUnfinishedNewestFirst()
    {
        RunState[] final = [RunState.Exited, RunState.Killed, RunState.EndedUnproven, RunState.LaunchFailed, RunState.Lost];
        RunState[] unfinished =
            [RunState.Launching, RunState.Initializing, RunState.Running, RunState.Stopping, RunState.KillUnconfirmed, new("Hibernating")];
        DateTimeOffset time = Sample.Time;
        foreach (RunState state in final.Zip(unfinished).SelectMany(pair => new[] { pair.First, pair.Second }).Append(unfinished[^1]))
        {
            await AddAsync(Sample.Run() with { State = state, CreatedAt = time });
            time = time.AddMinutes(-1);
        }

        RunPage open = await Store.SearchRunsAsync(new RunQuery(), Aborted);
        RunPage all = await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, Aborted);

        Assert.Equal(unfinished.Reverse(), open.Runs.Select(run => run.State));
        Assert.Equal(11, all.Runs.Count);
        Assert.Null(open.Next);
        Assert.Null(all.Next);
    }

    /// <summary>Each condition finds what it names and nothing else; names are exact.</summary>
    [Fact]
    public async Task Search_OneCondition_FindsExactlyWhatItNames()
    {
        RunId parent = RunId.New();
        RunRecord found = await AddAsync(Sample.Run() with
        {
            Workflow = "builder",
            Session = "s-1",
            Owner = "lina",
            ParentRun = parent,
            State = RunState.Running,
            CreatedAt = Sample.Time,
        });
        await AddAsync(Sample.Run() with
        {
            Workflow = "Builder",
            Session = "s-10",
            Owner = "lin_",
            ParentRun = RunId.New(),
            State = RunState.Stopping,
            CreatedAt = Sample.Time.AddTicks(1),
        });
        await AddAsync(Sample.Run() with { CreatedAt = Sample.Time.AddTicks(1) });

        RunQuery[] queries =
        [
            new() { Workflow = "builder" },
            new() { Session = "s-1" },
            new() { Owner = "lina" },
            new() { ParentRun = parent },
            new() { States = [RunState.Running, RunState.Lost] },
            new() { CreatedBefore = Sample.Time.AddTicks(1).ToOffset(TimeSpan.FromHours(-7)) },
            new() { Text = found.RunId.Value.ToUpperInvariant() },
            new()
            {
                Workflow = "builder",
                Session = "s-1",
                Owner = "lina",
                ParentRun = parent,
                States = [RunState.Running],
                CreatedFrom = Sample.Time.ToOffset(TimeSpan.FromHours(9)),
                CreatedBefore = Sample.Time.AddTicks(1),
                Text = "lin",
            },
        ];

        foreach (RunQuery query in queries)
        {
            Assert.Equal([found.RunId], await IdsAsync(query));
            Assert.Equal([found.RunId], await IdsAsync(query with { IncludeFinished = true }));
        }

        Assert.Equal(2, (await IdsAsync(new RunQuery { CreatedFrom = Sample.Time.AddTicks(1) })).Count);
        Assert.Empty(await IdsAsync(new RunQuery { Workflow = "builder", Owner = "somebody" }));
        Assert.Empty(await IdsAsync(new RunQuery { Workflow = string.Empty }));
    }

    /// <summary>Asking for a finished state without finished runs finds none: every condition must hold.</summary>
    [Fact]
    public async Task Search_FinishedStateWithoutFinishedRuns_FindsNone()
    {
        RunRecord run = await AddAsync(Sample.Run() with { State = RunState.Exited });

        Assert.Empty(await IdsAsync(new RunQuery { States = [RunState.Exited] }));
        Assert.Equal([run.RunId], await IdsAsync(new RunQuery { States = [RunState.Exited], IncludeFinished = true }));
    }

    /// <summary>Text is found in each of its places, whatever its ASCII case.</summary>
    [Theory]
    [InlineData("NEEDLE-1")]
    [InlineData("the workFLOW")]
    [InlineData("the session")]
    [InlineData("the owner")]
    [InlineData("/opt/the-program")]
    [InlineData("--first second")]
    [InlineData("third argument")]
    [InlineData("ünï 🦊")]
    public async Task Search_Text_IsFoundInEveryPlace(string text)
    {
        RunRecord run = await AddAsync(Sample.Run("needle-1") with
        {
            Workflow = "The Workflow",
            Session = "The Session",
            Owner = "The Owner",
            Program = "/opt/the-program",
            Arguments = ["--first", "second", "THIRD argument", "ünï 🦊"],
        });
        await AddAsync(Sample.Run() with { Workflow = null });

        Assert.Equal([run.RunId], await IdsAsync(new RunQuery { Text = text }));
    }

    /// <summary>Text has no wildcards, no quotes and no escapes, and is not looked for elsewhere.</summary>
    [Theory]
    [Trait("Scenario", "S74")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("a%c")]
    [InlineData("*")]
    [InlineData("[a]")]
    [InlineData("\\%")]
    [InlineData("'")]
    [InlineData("' OR '1'='1")]
    [InlineData("\"")]
    [InlineData("\\u0061")]
    [InlineData("\",\"")]
    [InlineData("Ü")]
    [InlineData("/srv/work")]
    [InlineData("host:executor-1")]
    public async Task Search_TextWithMeaningElsewhere_IsLiteral(string text)
    {
        await AddAsync(Sample.Run("run-1") with { Workflow = "abc", Arguments = ["abc", "def", "ü"] });

        Assert.Empty(await IdsAsync(new RunQuery { Text = text }));
    }

    /// <summary>What is hostile in a statement is found where it is stored.</summary>
    [Theory]
    [Trait("Scenario", "S74")]
    [InlineData("100%")]
    [InlineData("a_b")]
    [InlineData("'); DROP TABLE workflow_processes; --")]
    [InlineData("back\\slash")]
    [InlineData("say \"hello\"")]
    [InlineData("tab\there")]
    [InlineData("zero\0inside")]
    public async Task Search_HostileText_IsFoundWhereItIsStored(string text)
    {
        RunRecord argument = await AddAsync(Sample.Run() with { Arguments = [$"<{text}>"] });
        RunRecord workflow = await AddAsync(Sample.Run() with { Workflow = text });
        await AddAsync(Sample.Run() with { Workflow = "100 or aXb" });

        Assert.Equal([workflow.RunId, argument.RunId], await IdsAsync(new RunQuery { Text = text }));
        Assert.Equal([workflow.RunId], await IdsAsync(new RunQuery { Workflow = text }));
    }

    /// <summary>Empty text is no condition.</summary>
    [Fact]
    public async Task Search_EmptyText_FindsAll()
    {
        RunRecord run = await AddAsync(Sample.Run());

        Assert.Equal([run.RunId], await IdsAsync(new RunQuery { Text = string.Empty }));
    }

    /// <summary>Many states are no problem.</summary>
    [Fact]
    public async Task Search_ThousandsOfStates_Works()
    {
        RunRecord run = await AddAsync(Sample.Run());
        RunState[] states = [.. Enumerable.Range(0, 5000).Select(i => new RunState($"State{i}")), RunState.Launching];

        Assert.Equal([run.RunId], await IdsAsync(new RunQuery { States = states }));
    }

    /// <summary>The pages of a search are its result cut into pieces, the last one without a cursor.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(RunQuery.MaximumLimit)]
    public async Task Search_ByPages_ListsEachRunOnce(int limit)
    {
        List<RunId> added = [];
        for (int i = 0; i < 10; i++)
        {
            added.Add((await AddAsync(Sample.Run() with { Workflow = "paged" })).RunId);
            await AddAsync(Sample.Run() with { Workflow = "other" });
        }

        List<RunId> listed = [];
        string? cursor = null;
        int pages = 0;
        do
        {
            RunPage page = await Store.SearchRunsAsync(new RunQuery { Workflow = "paged", Limit = limit, Cursor = cursor }, Aborted);
            listed.AddRange(page.Runs.Select(run => run.RunId));
            cursor = page.Next;
            pages++;
        }
        while (cursor is not null);

        added.Reverse();
        Assert.Equal(added, listed);
        Assert.Equal((10 + limit - 1) / limit, pages);
    }

    /// <summary>A cursor stays where it is while runs are added, change and finish.</summary>
    [Fact]
    public async Task Search_RowsChangeBetweenPages_NothingTwiceNothingLost()
    {
        List<RunRecord> runs = [];
        for (int i = 0; i < 6; i++)
        {
            runs.Add(await AddAsync(Sample.Run()));
        }

        RunPage first = await Store.SearchRunsAsync(new RunQuery { Limit = 2 }, Aborted);
        await AddAsync(Sample.Run());
        await WriteAsync(new StoreCommit { UpdateRun = runs[4] with { State = RunState.Exited } });
        await WriteAsync(new StoreCommit { UpdateRun = runs[3] with { State = RunState.Running, CreatedAt = Sample.Time.AddDays(1) } });
        RunPage second = await Store.SearchRunsAsync(new RunQuery { Limit = 2, Cursor = first.Next }, Aborted);
        await WriteAsync(new StoreCommit { UpdateRun = runs[1] with { State = RunState.Exited } });
        RunPage third = await Store.SearchRunsAsync(new RunQuery { Limit = 2, Cursor = second.Next }, Aborted);

        Assert.Equal([runs[5].RunId, runs[4].RunId], first.Runs.Select(run => run.RunId));
        Assert.Equal([runs[3].RunId, runs[2].RunId], second.Runs.Select(run => run.RunId));
        Assert.Equal([runs[0].RunId], third.Runs.Select(run => run.RunId));
        Assert.Null(third.Next);
    }

    /// <summary>Limits out of range are refused.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(RunQuery.MaximumLimit + 1)]
    [InlineData(int.MaxValue)]
    public async Task Search_LimitOutOfRange_IsRefused(int limit) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SearchRunsAsync(new RunQuery { Limit = limit }, Aborted));

    /// <summary>What is not a cursor of this store is refused, without a word about the database.</summary>
    [Theory]
    [Trait("Scenario", "S74")]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("-1")]
    [InlineData("AAAAAAAAAAAAAAAA")]
    [InlineData("1 OR 1=1")]
    [InlineData("'; DROP TABLE workflow_processes; --")]
    [InlineData("🦊")]
    public async Task Search_BadCursor_IsRefused(string cursor)
    {
        await AddAsync(Sample.Run());

        ArgumentException fault = await Assert.ThrowsAnyAsync<ArgumentException>(
            async () => await Store.SearchRunsAsync(new RunQuery { Cursor = cursor }, Aborted));

        Assert.DoesNotContain("SQL", fault.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("workflow_processes", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A cursor that was cut or changed is refused.</summary>
    [Fact]
    public async Task Search_CursorChanged_IsRefused()
    {
        await AddAsync(Sample.Run());
        await AddAsync(Sample.Run());
        string cursor = (await Store.SearchRunsAsync(new RunQuery { Limit = 1 }, Aborted)).Next!;

        foreach (string changed in new[] { cursor[1..], cursor[..^1], cursor + cursor, (cursor[0] == 'A' ? 'B' : 'A') + cursor[1..] })
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(
                async () => await Store.SearchRunsAsync(new RunQuery { Cursor = changed }, Aborted));
        }
    }

    private async Task<IReadOnlyList<RunId>> IdsAsync(RunQuery query) =>
        [.. (await Store.SearchRunsAsync(query, Aborted)).Runs.Select(run => run.RunId)];
}
