using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using WorkflowLifecycle.Evidence;
using WorkflowLifecycle.Processes;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Evidence;

/// <summary>Evidence within a kill: when it is taken, and what it may not delay.</summary>
public sealed class KillEvidenceTests : IAsyncDisposable
{
    private const int Limit = 30_000;

    private static readonly TimeSpan _ceiling = TimeSpan.FromMilliseconds(500);
    private static readonly KillRequest _asked = Engine.Request with { CaptureEvidence = true };

    private readonly Engine _engine;
    private readonly ConcurrentQueue<EvidenceRecord> _stored = new();
    private readonly TaskCompletionSource _reading = new();
    private readonly IEvidenceReader _reader = Substitute.For<IEvidenceReader>();
    private readonly List<IEvidenceSource> _sources = [];
    private EvidencePolicy _policy = EvidencePolicy.OnStuck;

    public KillEvidenceTests()
    {
        _engine = new Engine(services =>
        {
            services.Configure<WorkflowLifecycleOptions>(options => options.CaptureEvidence = _policy);
            _sources.ForEach(source => services.AddSingleton(source));
        });
        _engine.Platform.Evidence.Returns(_reader);
        _engine.Store.OnCommit = KeepAsync;
        _reader.CaptureAsync(default!, default).ReturnsForAnyArgs(async _ =>
        {
            await _reading.Task;
            _engine.Log.Add("evidence");
            return new TreeEvidence { Processes = [new ProcessEvidence { Pid = 200, CommandLine = "agent\0--token\0Zq7canary" }], Cut = ["files"] };
        });
    }

    public ValueTask DisposeAsync()
    {
        _reading.TrySetResult();
        return _engine.DisposeAsync();
    }

    private Task KeepAsync(StoreCommit commit, CancellationToken cancellationToken)
    {
        if (commit.AddEvidence is { } evidence)
        {
            _stored.Enqueue(evidence);
        }

        return Task.CompletedTask;
    }

    private async Task<KillReport> KillAsync(KillRequest request, Action<Held>? change = null)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left);
        change?.Invoke(held);
        return await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, request), TimeSpan.FromMilliseconds(10));
    }

    private static string? StepOf(KillReport report) => report.Steps.FirstOrDefault(step => step.Name == "evidence")?.Outcome;

    [Theory(Timeout = Limit)]
    [InlineData(EvidencePolicy.OnStuck, false, false)]
    [InlineData(EvidencePolicy.OnStuck, true, true)]
    [InlineData(EvidencePolicy.OnGracefulKill, false, true)]
    [InlineData(EvidencePolicy.Never, true, false)]
    public async Task Kill_ByPolicyAndRequest_TakesEvidenceBeforeTheFirstSignal(EvidencePolicy policy, bool isAsked, bool isTaken)
    {
        _policy = policy;
        _reading.SetResult();

        KillReport report = await KillAsync(Engine.Request with { CaptureEvidence = isAsked });

        Assert.Equal(isTaken ? 1 : 0, _stored.Count);
        Assert.Equal(isTaken ? "1 process, cut: files" : null, StepOf(report));
        if (isTaken)
        {
            _engine.Log.AssertOrder("evidence", "SIGTERM");
            EvidenceRecord record = Assert.Single(_stored);
            Assert.Equal((report.RunId, report.KillId), (record.RunId, record.KillId));
            RunEvidence evidence = EvidenceContent.Unpack(record.Content)!;
            Assert.Equal("agent --token ***", Assert.Single(evidence.Processes).CommandLine);
            Assert.Equal(report.KillId, evidence.KillId);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_Emergency_TakesNone()
    {
        _policy = EvidencePolicy.OnGracefulKill;

        KillReport report = await KillAsync(Engine.Emergency with { CaptureEvidence = true });

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Null(StepOf(report));
        Assert.Empty(_reader.ReceivedCalls());
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ReaderThatHangs_DelaysTheSignalByTheCeilingAndNoMore()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left);
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, _asked);
        await Engine.UntilAsync(() => _reader.ReceivedCalls().Any());

        _engine.Time.Advance(_ceiling - TimeSpan.FromMilliseconds(1));
        await Task.Delay(30, TestContext.Current.CancellationToken);
        _engine.Log.AssertNothingSignalled();
        _engine.Time.Advance(TimeSpan.FromMilliseconds(1));

        KillReport report = await _engine.PlayAsync(kill, TimeSpan.FromMilliseconds(1));
        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal("0 processes, cut: everything", StepOf(report));
        Assert.Empty(_stored);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ShortGrace_IsNotPassedByEvidence()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, _asked with { GracePeriod = TimeSpan.FromMilliseconds(100) });
        await Engine.UntilAsync(() => _reader.ReceivedCalls().Any());

        _engine.Time.Advance(TimeSpan.FromMilliseconds(75));
        await Engine.UntilAsync(() => _engine.Log.Count("SIGTERM") == 1 && held.Containment.ReceivedCallsOf(nameof(IContainment.WatchEndAsync)) > 1);
        _engine.Time.Advance(TimeSpan.FromMilliseconds(25));
        await Engine.UntilAsync(() => _engine.Log.Count("SIGKILL") == 1);

        Assert.Equal(KillOutcome.Killed, (await _engine.PlayAsync(kill, TimeSpan.FromMilliseconds(1))).Outcome);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_EmergencyDuringTheCapture_DoesNotWaitForIt()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, _asked);
        await Engine.UntilAsync(() => _reader.ReceivedCalls().Any());

        Task<KillReport> emergency = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Engine.UntilAsync(() => _engine.Log.Count("SIGKILL") == 1);

        KillReport report = await _engine.PlayAsync(emergency, TimeSpan.FromMilliseconds(1));
        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.StartsWith("not waited for", StepOf(report), StringComparison.Ordinal);
        await kill;
    }

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_StoreThatDoesNotTakeEvidence_DelaysNoSignalAndIsTold(bool hangs)
    {
        _reading.SetResult();
        TaskCompletionSource never = new();
        _engine.Store.OnCommit = (commit, _) => commit.AddEvidence is null ? Task.CompletedTask : hangs ? never.Task : ScriptedStore.Away();

        KillReport report = await KillAsync(_asked);

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(
            ["1 process, cut: files", hangs ? "not on record yet" : "not stored: The store is away. Bring it back."],
            report.Steps.Where(step => step.Name == "evidence").Select(step => step.Outcome));
        Assert.True(hangs || !_engine.Log.Calls.Any(call => call == "SIGKILL"));
        never.SetResult();
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_ReaderThatFails_CostsAStep()
    {
        _reader.CaptureAsync(default!, default).ReturnsForAnyArgs<Task<TreeEvidence>>(_ => throw new IOException("no procfs"));

        KillReport report = await KillAsync(_asked);

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal("0 processes, cut: everything", StepOf(report));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_Resumed_TakesNoneASecondTime()
    {
        _policy = EvidencePolicy.OnGracefulKill;
        _reading.SetResult();
        (RunRecord run, Held held) = await _engine.AddAsync();
        held.Leaving.SetResult(Sample.Left);
        KillRecord open = Sample.OpenKill(run);
        await _engine.Store.Inner.CommitAsync(new StoreCommit { AddKill = open, UpdateRun = run with { State = RunState.Stopping, KillId = open.KillId } }, CommitDurability.Machine);

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, _asked), TimeSpan.FromMilliseconds(10));

        Assert.Equal(open.KillId, report.KillId);
        Assert.Null(StepOf(report));
        Assert.Empty(_stored);
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WithSources_KeepsWhatTheySayInTimeAndNamesTheOthers()
    {
        _reading.SetResult();
        TaskCompletionSource<IReadOnlyList<string>> never = new();
        CancellationToken told = default;
        _sources.Add(new ScriptedSource("stacks", static (context, _) => Task.FromResult<IReadOnlyList<string>>([$"{context.Run.RunId} password=Zq7canary", $"{context.ListProcesses().Count}"])));
        _sources.Add(new ScriptedSource("broken", static (_, _) => throw new InvalidOperationException("token=Zq7canary")));
        _sources.Add(new ScriptedSource("slow", (_, token) =>
        {
            told = token;
            return never.Task;
        }));

        KillReport report = await KillAsync(_asked);

        RunEvidence evidence = EvidenceContent.Unpack(Assert.Single(_stored).Content)!;
        Assert.Equal(["stacks", "broken", "slow"], evidence.Sources.Select(source => source.Name));
        Assert.Equal(["run_1 password=***", "2"], evidence.Sources[0].Lines);
        Assert.Equal(["", "failed (InvalidOperationException)", "did not answer in time"], evidence.Sources.Select(source => source.Problem ?? ""));
        Assert.True(told.IsCancellationRequested);
        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
    }
}
