using System.Text;
using System.Text.Json;
using NSubstitute;
using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>P5: no signal without a record, and no kill that waits for a store.</summary>
public sealed class IntentTests : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(500);

    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private static Task Never(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    [Fact(Timeout = 30_000)]
    public async Task Kill_Graceful_CommitsTheIntentBeforeTheFirstSignal()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left);

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        _engine.Log.AssertOrder("commit Requested Authorized IntentWritten Machine Committed", "lock", "SIGTERM", "clean", "commit ProvenDead", "discard", "unlock");
        Assert.DoesNotContain("SIGKILL", _engine.Log.Calls);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_Emergency_CommitsTheIntentBeforeTheFirstSignal()
    {
        (RunRecord run, _) = await _engine.AddAsync();

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty, 9), (report.Outcome, report.Proof, report.ExitSignal));
        _engine.Log.AssertOrder("commit Requested Authorized IntentWritten Machine Committed", "SIGKILL", "clean", "commit Signal ProvenDead Cleaned Cleaned Completed Machine");
        Assert.DoesNotContain("SIGTERM", _engine.Log.Calls);
        Assert.Equal(RunState.Killed, (await _engine.RowAsync(run.RunId)).State);
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S42")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_GracefulWithAStoreThatDoesNotAnswer_IsRefusedAfter500Milliseconds(bool honoursItsToken)
    {
        (RunRecord run, _) = await _engine.AddAsync();
        TaskCompletionSource asked = new();
        _engine.Store.OnCommit = (_, token) =>
        {
            asked.TrySetResult();
            return Never(honoursItsToken ? token : CancellationToken.None);
        };
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await asked.Task;

        _engine.Time.Advance(_limit - TimeSpan.FromMilliseconds(1));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(kill.IsCompleted);
        _engine.Time.Advance(TimeSpan.FromMilliseconds(1));

        StoreUnavailableException exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => kill);
        Assert.Contains("emergency", exception.Message, StringComparison.Ordinal);
        _engine.Log.AssertNothingSignalled();
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S42")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_EmergencyWithAStoreThatDoesNotAnswer_SpoolsAndGoesOn(bool honoursItsToken)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        string? spooled = null;
        held.OnEnd = () => spooled = Encoding.UTF8.GetString(Assert.Single(_engine.Spooled).Payload.Span);
        _engine.Store.OnCommit = (commit, token) => commit.AddKill is null || commit.AddKill.State == KillState.Completed
            ? Task.CompletedTask
            : Never(honoursItsToken ? token : CancellationToken.None);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), _limit);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        using JsonDocument intent = JsonDocument.Parse(spooled!);
        Assert.Equal(report.KillId.ToString(), intent.RootElement.GetProperty("killId").GetString());
        Assert.Equal("stuck since noon", intent.RootElement.GetProperty("reason").GetString());
        Assert.Equal("host:executor", intent.RootElement.GetProperty("requestedBy").GetString());
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S26")]
    public async Task Kill_EmergencyWithAStoreThatWentAway_EndsTheTreeAndSaysWhatIsNotOnRecord()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        bool spooled = false;
        held.OnEnd = () => spooled = _engine.Spooled.Count == 1;
        _engine.Store.OnCommit = (_, _) =>
        {
            _engine.Store.OnRead = ScriptedStore.Away;
            return ScriptedStore.Away();
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.True(spooled);
        Assert.Equal(1, _engine.Log.Count("SIGKILL"));
        Assert.Equal((KillOutcome.Killed, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.Proof));
        Assert.Contains("not on record", report.Message, StringComparison.Ordinal);
        Assert.Contains("child runs", report.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S42")]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    public async Task Kill_StoreThatHangsAfterTheIntent_DelaysNoSignal(KillMode mode)
    {
        (RunRecord run, _) = await _engine.AddAsync();
        TaskCompletionSource slow = new();
        _engine.Store.OnCommit = (_, _) =>
        {
            _engine.Store.OnRead = () => slow.Task;
            _engine.Store.OnCommit = (_, _) => slow.Task;
            return Task.CompletedTask;
        };
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request with { Mode = mode });

        if (mode == KillMode.Graceful)
        {
            // It asks for the child runs, which come first, and does not wait longer for the answer.
            await Engine.UntilAsync(() => _engine.Store.Searches > 0);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            _engine.Log.AssertNothingSignalled();
            _engine.Time.Advance(TimeSpan.FromMilliseconds(500));
        }

        await Engine.UntilAsync(() => _engine.Log.Calls.Any(CallLog.Signals.Contains));
        Assert.False(kill.IsCompleted);
        slow.SetResult();
        Assert.Equal(KillOutcome.Killed, (await _engine.PlayAsync(kill, TimeSpan.FromSeconds(1))).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyWhoseIntentWasSpooled_IsAuditedWithItsReasonAfterwards()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Store.OnCommit = (commit, _) => commit.AddKill?.State == KillState.IntentWritten ? ScriptedStore.Away() : Task.CompletedTask;

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        IReadOnlyList<AuditEntry> audit = await _engine.AuditAsync();
        Assert.Equal(["Requested", "Authorized", "IntentWritten", "Signal", "ProvenDead"], audit.Take(5).Select(entry => entry.Stage));
        Assert.Equal("stuck since noon", audit[0].Reason);
        Assert.Equal("spooled", audit[2].Details["durable"]);
        Assert.Equal(report.KillId, (await _engine.RowAsync(run.RunId)).KillId);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S26")]
    public async Task Kill_EmergencyThatNothingTakesDown_SignalsNothing()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        await File.WriteAllTextAsync(_engine.Platform.RuntimeRoot, "no directory", TestContext.Current.CancellationToken);
        _engine.Store.OnCommit = static (_, _) => ScriptedStore.Away();

        StoreUnavailableException exception = await Assert.ThrowsAsync<StoreUnavailableException>(() => _engine.Kills.KillAsync(run.RunId, Engine.Emergency));

        Assert.Contains("nothing was signalled", exception.Message, StringComparison.Ordinal);
        _engine.Log.AssertNothingSignalled();
    }

    [Theory(Timeout = 30_000)]
    [Trait("Scenario", "S17")]
    [InlineData(KillMode.Graceful)]
    [InlineData(KillMode.Emergency)]
    public async Task Kill_RunThatEndsJustBeforeTheIntent_IsAlreadyExitedAndSignalsNothing(KillMode mode)
    {
        (RunRecord run, _) = await _engine.AddAsync();
        _engine.Store.OnCommit = async (commit, _) =>
        {
            _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
            Assert.NotNull(commit.AddKill);
            await _engine.Store.Inner.CommitAsync(
                new StoreCommit { UpdateRun = run with { State = RunState.Exited, ExitCode = 42, Proof = EndProof.CgroupAndReaperEmpty } },
                CommitDurability.Machine,
                CancellationToken.None);
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request with { Mode = mode });

        Assert.Equal((KillOutcome.AlreadyExited, 42, EndProof.CgroupAndReaperEmpty), (report.Outcome, report.ExitCode, report.Proof));
        _engine.Log.AssertNothingSignalled();
        Assert.DoesNotContain("clean", _engine.Log.Calls);
    }

    [Fact(Timeout = 30_000)]
    [Trait("Scenario", "S66")]
    public async Task Kill_SecretOnACommandLine_IsInNoReportAndNoPreview()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Tree = new ProcessListing([Sample.Snapshot(200, "agent --password canary")], false);
        held.Leaving.SetResult(Sample.Left);

        KillPreview preview = await _engine.Kills.PreviewAsync(run.RunId);
        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Request);

        Assert.Equal("agent --password ***", Assert.Single(preview.Processes).CommandLine);
        Assert.Equal("agent --password ***", Assert.Single(report.ProcessesBefore).CommandLine);
        Assert.Equal("agent --password ***", Assert.Single((await _engine.Kills.FindReportAsync(report.KillId))!.ProcessesBefore).CommandLine);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EmergencyWhoseIntentWasSpooledWhileAnotherEndedTheRun_AnswersWithThatKill()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Unlocked = new TaskCompletionSource();
        TaskCompletionSource spooled = new();
        _engine.Store.OnCommit = (commit, _) =>
        {
            bool isIntent = commit.AddKill?.State == KillState.IntentWritten;
            spooled.TrySetResult();
            return isIntent ? ScriptedStore.Away() : Task.CompletedTask;
        };
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await spooled.Task;

        KillRecord other = Sample.OpenKill(run) with { State = KillState.Completed };
        other = other with { Report = KillReports.Of(run, other, KillOutcome.Killed, "ended by another") };
        CommitResult ended = await _engine.Store.Inner.CommitAsync(
            new StoreCommit { UpdateRun = run with { State = RunState.Killed, KillId = other.KillId }, AddKill = other }, CommitDurability.Machine);
        Assert.True(ended.IsCommitted);
        held.Containment.IsCleaned.Returns(true);
        held.Unlocked.SetResult();

        Assert.Equal(other.KillId, (await kill).KillId);
        _engine.Log.AssertNothingSignalled();
    }
}
