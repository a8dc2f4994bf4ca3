using NSubstitute;
using NSubstitute.ExceptionExtensions;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>What a kill reports, and what it leaves in the rows.</summary>
public sealed class OutcomeTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S17")]
    public async Task Kill_FinishedRun_IsAlreadyExitedWithItsExitCode()
    {
        (RunRecord run, _) = await _engine.AddAsync(change: row => row with { State = RunState.Exited, ExitCode = 7, Proof = EndProof.ReaperEmpty });

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal((KillOutcome.AlreadyExited, 7, EndProof.ReaperEmpty), (report.Outcome, report.ExitCode, report.Proof));
        _engine.Log.AssertNothingSignalled();
        Assert.Equal(1, (await _engine.RowAsync(run.RunId)).Version);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S17")]
    public async Task Kill_TreeThatIsAlreadyEmpty_SendsNoSigterm()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Status = new HoldStatus { IsEmpty = true, End = Sample.Left };
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.Dying.SetResult(Sample.Left);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal((KillOutcome.AlreadyExited, 0), (report.Outcome, report.ExitCode));
        Assert.Equal(0, _engine.Log.Count("SIGTERM"));
        Assert.Equal((RunState.Exited, 0), ((await _engine.RowAsync(run.RunId)).State, (await _engine.RowAsync(run.RunId)).ExitCode));
        Assert.DoesNotContain(await _engine.AuditAsync(), entry => entry.Stage == "Signal");
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_WhereTheLookFails_EndsTheRunAllTheSame()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Containment.Inspect(default, default).ThrowsForAnyArgs(new IOException("no descriptor is free"));

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, true), (report.Outcome, report.ProcessesTruncated));
        Assert.Empty(report.ProcessesBefore);
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_WithoutAnyProof_IsEndedUnproven()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();
        held.Dying.SetResult(null);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.EndedUnproven, EndProof.None), (report.Outcome, report.Proof));
        RunRecord row = await _engine.RowAsync(run.RunId);
        Assert.Equal(RunState.EndedUnproven, row.State);
        Assert.NotNull(row.Failure);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_LeftBySigtermWithForcedKillsOfTheShim_IsKilled()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left with { ForcedKills = 1 });

        Assert.Equal(KillOutcome.Killed, (await _engine.Kills.KillAsync(run.RunId, Engine.Request)).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_CleanerThatFails_IsCompletedAllTheSameAndSaysSo()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Receipt = [new CleanupResult { Cleaner = "cgroup", Outcome = "Failed", Remaining = ["/sys/x"], Message = "busy" }];

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(KillState.Completed, (await _engine.Store.FindKillAsync(report.KillId))!.State);
        Assert.Equal("1 not freed", report.Steps[^1].Outcome);
        AuditEntry entry = Assert.Single(await _engine.AuditAsync(), entry => entry.Stage == "Cleaned");
        Assert.Equal("Failed", entry.Details["outcome"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_CleaningThatThrows_LosesNeitherTheProofNorTheReport()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Containment.CleanAsync(default, default).ThrowsAsyncForAnyArgs(new IOException("rmdir: busy"));

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal("Failed", Assert.Single(report.Cleanup).Outcome);
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(OutputMode.Files, true)]
    [InlineData(OutputMode.Capture, false)]
    public async Task Kill_OutputFiles_AreKept(OutputMode output, bool kept)
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Output = output });

        await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        await held.Containment.Received(1).CleanAsync(kept, Arg.Any<CancellationToken>());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Kill_SameIdempotencyKey_IsTheSameKillAlsoAfterwards()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRequest request = Engine.Emergency with { IdempotencyKey = "once" };

        KillReport first = await _engine.Kills.KillAsync(run.RunId, request);
        KillReport again = await _engine.Kills.KillAsync(run.RunId, request);

        Assert.Equal((first.KillId, KillOutcome.Killed), (again.KillId, again.Outcome));
        Assert.Equal(1, _engine.Log.Count("SIGKILL"));
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S44")]
    public async Task Kill_OpenKillOfAnotherProcess_IsJoinedByItsId()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord other = Open(run);
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Stopping, KillId = other.KillId }, AddKill = other }, CommitDurability.Machine);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((other.KillId, KillMode.Emergency), (report.KillId, report.Mode));
        Assert.Contains(await _engine.AuditAsync(), entry => entry.Stage == "Escalated" && entry.KillId == other.KillId);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S46")]
    public async Task Kill_ThatAnotherProcessFinishedWhileWeWaited_IsItsReport()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await Engine.UntilAsync(() => held.Containment.ReceivedCallsOf(nameof(IContainment.LockAsync)) == 1);
        KillRecord open = (await _engine.Store.FindKillAsync((await _engine.RowAsync(run.RunId)).KillId!.Value))!;
        KillReport theirs = new()
        {
            RunId = run.RunId,
            KillId = open.KillId,
            Outcome = KillOutcome.Killed,
            Mode = KillMode.Graceful,
            Reason = "theirs",
            RequestedBy = "theirs",
        };
        await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateKill = open with { State = KillState.Completed, Report = theirs } }, CommitDurability.Machine);

        held.Unlocked.SetResult();

        Assert.Equal("theirs", (await kill).Reason);
        _engine.Log.AssertNothingSignalled();
    }

    [Fact(Timeout = 30_000)]
    public async Task BeginKill_Returns_OnceTheIntentIsDurable()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Dying = new TaskCompletionSource<EndNotice?>();

        KillId killId = await _engine.Kills.BeginKillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(KillState.IntentWritten, (await _engine.Store.FindKillAsync(killId))!.State);
        Assert.Null(await _engine.Kills.FindReportAsync(killId));
        held.Dying.SetResult(Sample.Proven);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Completed Machine Committed", StringComparison.Ordinal)));
        Assert.Equal(KillOutcome.Killed, (await _engine.Kills.FindReportAsync(killId))!.Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task BeginKill_OfARunThatWasKilled_NamesThatKill()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillReport first = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(first.KillId, await _engine.Kills.BeginKillAsync(run.RunId, Engine.Request));
    }

    [Fact(Timeout = 30_000)]
    public async Task Preview_OfARun_SaysWhatWouldBeEndedAndEndsNothing()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        KillPreview preview = await _engine.Kills.PreviewAsync(run.RunId);

        Assert.Equal([200, 201], preview.Processes.Select(process => process.Pid));
        Assert.Contains(preview.Waits, wait => wait.Contains("SIGTERM: at most 10 s", StringComparison.Ordinal));
        Assert.Equal(["initialize"], _engine.Log.Calls);
    }

    private static KillRecord Open(RunRecord run) => new()
    {
        KillId = KillId.New(TimeProvider.System),
        RunId = run.RunId,
        State = KillState.IntentWritten,
        Mode = KillMode.Graceful,
        Reason = "theirs",
        RequestedBy = "os:1000",
        Door = "cli",
        TerminateCeiling = TimeSpan.FromSeconds(10),
        RequestedAt = Sample.Start,
    };
}
