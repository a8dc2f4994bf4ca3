using Xunit;

namespace WorkflowLifecycle.Testing.Conformance;

/// <content>Commits as wholes.</content>
public abstract partial class ProcessStoreConformance
{
    /// <summary>Everything of a commit is written.</summary>
    [Fact]
    public async Task Commit_RunKillAuditAndEvents_WritesAll()
    {
        RunRecord run = await AddAsync(Sample.Run());
        KillRecord kill = Sample.Kill(run.RunId);

        CommitResult result = await WriteAsync(
            new StoreCommit
            {
                UpdateRun = run with { State = RunState.Stopping, KillId = kill.KillId },
                AddKill = kill,
                Audit = [Sample.Audit("Requested", run.RunId, kill.KillId), Sample.Audit("IntentWritten", run.RunId, kill.KillId)],
                Events = [Sample.Event(run.RunId, "kill.requested"), Sample.Event(run.RunId, "kill.intent")],
            },
            CommitDurability.Machine);

        Assert.Equal(RunState.Stopping, result.Run!.State);
        Assert.Equal(kill.KillId, result.Kill!.KillId);
        Assert.Equal(2, (await Store.ReadAuditAsync(new AuditQuery { KillId = kill.KillId }, Aborted)).Count);
        Assert.Equal(["kill.requested", "kill.intent"], (await EventsAsync()).Select(happened => happened.Kind));
    }

    /// <summary>Where one part is refused, nothing of the commit is written.</summary>
    [Theory]
    [InlineData(CommitOutcome.RunExists)]
    [InlineData(CommitOutcome.RunConflict)]
    [InlineData(CommitOutcome.KillExists)]
    [InlineData(CommitOutcome.KillConflict)]
    public async Task Commit_OnePartRefused_WritesNothing(CommitOutcome refusal)
    {
        RunRecord run = await AddAsync(Sample.Run());
        KillRecord kill = await AddAsync(Sample.Kill(run.RunId));
        RunRecord fresh = Sample.Run();
        KillRecord freshKill = Sample.Kill(fresh.RunId);
        StoreCommit commit = new()
        {
            AddRun = refusal == CommitOutcome.RunExists ? Sample.Run(run.RunId.Value) : fresh,
            UpdateRun = refusal == CommitOutcome.RunConflict ? run with { Version = 9 } : run with { Status = "changed" },
            UpdateKill = refusal == CommitOutcome.KillConflict ? kill with { Version = 9 } : kill with { State = KillState.Killing },
            AddKill = refusal == CommitOutcome.KillExists ? Sample.Kill(run.RunId) : freshKill,
            Audit = [Sample.Audit()],
            Events = [Sample.Event(run.RunId)],
        };

        CommitResult result = await TryAsync(commit);

        Assert.Equal(refusal, result.Outcome);
        Assert.False(result.IsCommitted);
        Assert.Null(await Store.FindRunAsync(fresh.RunId, Aborted));
        Assert.Null(await Store.FindKillAsync(freshKill.KillId, Aborted));
        Assert.Equivalent(run, await Store.FindRunAsync(run.RunId, Aborted), strict: true);
        Assert.Equivalent(kill, await Store.FindKillAsync(kill.KillId, Aborted), strict: true);
        Assert.Empty(await Store.ReadAuditAsync(new AuditQuery(), Aborted));
        Assert.Empty(await EventsAsync());
    }

    /// <summary>A refused commit answers with the rows as they stand, not as it would have made them.</summary>
    [Fact]
    public async Task Commit_KillRefused_AnswersWithTheRunAsItStands()
    {
        RunRecord run = await AddAsync(Sample.Run());
        KillRecord kill = await AddAsync(Sample.Kill(run.RunId));

        CommitResult result = await TryAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Stopping }, AddKill = Sample.Kill(run.RunId) });

        Assert.Equal(CommitOutcome.KillExists, result.Outcome);
        Assert.Equivalent(run, result.Run, strict: true);
        Assert.Equivalent(kill, result.Kill, strict: true);
    }

    /// <summary>A commit of nothing is written.</summary>
    [Fact]
    public async Task Commit_Empty_IsCommitted()
    {
        CommitResult result = await WriteAsync(new StoreCommit());

        Assert.Null(result.Run);
        Assert.Null(result.Kill);
    }

    /// <summary>A row without an id or a state could not be read again: it is refused.</summary>
    [Fact]
    public async Task Commit_EmptyIdOrState_IsTheCallersFaultAndWritesNothing()
    {
        RunRecord run = Sample.Run();
        StoreCommit[] commits =
        [
            new() { AddRun = run with { RunId = default } },
            new() { AddRun = run with { State = default } },
            new() { AddRun = run, AddKill = Sample.Kill(default) },
            new() { AddRun = run, Events = [Sample.Event(default)] },
            new() { AddRun = run, Events = [Sample.Event(run.RunId) with { State = default }] },
            new() { AddRun = run, Audit = [Sample.Audit("Launch", default(RunId))] },
        ];

        foreach (StoreCommit commit in commits)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => TryAsync(commit));
        }

        Assert.Empty((await Store.SearchRunsAsync(new RunQuery { IncludeFinished = true }, Aborted)).Runs);
        Assert.Empty(await EventsAsync());
        Assert.Empty(await Store.ReadAuditAsync(new AuditQuery(), Aborted));
    }

    /// <summary>A durability that nobody defined is refused, not waited for.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public async Task Commit_UnknownDurability_IsRefused(int durability) => await Assert.ThrowsAnyAsync<ArgumentException>(
        async () => await Store.CommitAsync(new StoreCommit(), (CommitDurability)durability, Aborted));

    /// <summary>A token that fired before writes nothing.</summary>
    [Fact]
    public async Task Commit_TokenFiredBefore_WritesNothing()
    {
        RunRecord run = Sample.Run();
        CancellationToken fired = new(canceled: true);

        OperationCanceledException fault = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.CommitAsync(new StoreCommit { AddRun = run }, CommitDurability.Machine, fired));

        Assert.Equal(fired, fault.CancellationToken);
        Assert.Null(await Store.FindRunAsync(run.RunId, Aborted));
    }

    /// <summary>Every reading member honours its token.</summary>
    [Fact]
    public async Task Read_TokenFiredBefore_IsCancelled()
    {
        CancellationToken fired = new(canceled: true);
        RunId runId = RunId.New();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.InitializeAsync(fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.FindRunAsync(runId, fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SearchRunsAsync(new RunQuery(), fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.FindKillAsync(KillId.New(TimeProvider.System), fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.FindKillByKeyAsync(runId, "key", fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadEventsAsync(default, 1, fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadLastCursorAsync(fired));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.ReadAuditAsync(new AuditQuery(), fired));
    }

    /// <summary>Of many writers with the same version exactly one wins, each time; nobody's step is lost.</summary>
    [Fact(Timeout = 60_000)]
    public async Task UpdateRun_ManyWriters_OneWinnerPerVersion()
    {
        const int Writers = 8;
        const int StepsEach = 25;
        RunRecord run = await AddAsync(Sample.Run());
        int won = 0;

        async Task StepAsync()
        {
            for (int step = 0; step < StepsEach;)
            {
                RunRecord current = (await Store.FindRunAsync(run.RunId, Aborted))!;
                CommitResult result = await TryAsync(new StoreCommit { UpdateRun = current, Events = [Sample.Event(run.RunId)] });
                if (result.IsCommitted)
                {
                    Assert.Equal(current.Version + 1, result.Run!.Version);
                    Interlocked.Increment(ref won);
                    step++;
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(StepAsync, Aborted)));

        Assert.Equal(Writers * StepsEach, won);
        Assert.Equal(1 + (Writers * StepsEach), (await Store.FindRunAsync(run.RunId, Aborted))!.Version);
        Assert.Equal(Writers * StepsEach, (await EventsAsync()).Count);
    }

    /// <summary>Registered many times at once, a run is there once; killed many times at once, it has one kill.</summary>
    [Fact(Timeout = 60_000)]
    [Trait("Scenario", "S44")]
    public async Task Add_ManyAtOnce_OneWins()
    {
        RunRecord run = Sample.Run();

        CommitResult[] runs = await Task.WhenAll(Enumerable.Range(0, 32)
            .Select(_ => Task.Run(() => TryAsync(new StoreCommit { AddRun = run }), Aborted)));
        CommitResult[] kills = await Task.WhenAll(Enumerable.Range(0, 32)
            .Select(_ => Task.Run(() => TryAsync(new StoreCommit { AddKill = Sample.Kill(run.RunId, "key") }), Aborted)));

        Assert.Single(runs, result => result.IsCommitted);
        Assert.All(runs, result => Assert.Equal(1, result.Run!.Version));
        KillId winner = Assert.Single(kills, result => result.IsCommitted).Kill!.KillId;
        Assert.All(kills, result => Assert.Equal(winner, result.Kill!.KillId));
    }

    private async Task<IReadOnlyList<RunEvent>> EventsAsync() => await Store.ReadEventsAsync(new EventCursor(0), 10_000, Aborted);
}
