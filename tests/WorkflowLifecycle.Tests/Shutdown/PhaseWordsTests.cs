using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Shutdown;

/// <summary>What a kill says of phases that were cut short, and that none of them holds it up.</summary>
public sealed class PhaseWordsTests : IAsyncDisposable
{
    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _blocked = TimeSpan.FromSeconds(5);
    private static readonly InFlightWork _upload = new("upload of the report");

    private readonly List<ScriptedPhase> _phases = [];
    private readonly Engine _engine;

    public PhaseWordsTests() => _engine = new Engine(services => _phases.ForEach(phase => services.AddSingleton<IShutdownPhase>(phase)));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private static Task<IReadOnlyList<InFlightWork>> Found(params IReadOnlyList<InFlightWork> work) => Task.FromResult(work);

    private static PhaseReport Find(KillReport report, string name) => report.Phases.Single(phase => phase.Name == name);

    private async Task<(Task<KillReport> Kill, RunRecord Run)> KillAsync(bool leaves = true, TimeSpan? grace = null)
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        if (leaves)
        {
            held.Leaving.SetResult(Sample.Left);
        }

        return (_engine.Kills.KillAsync(run.RunId, Engine.Request with { GracePeriod = grace }), run);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kill_PhaseThatBlocksWhenItIsToldToStop_GoesOnWithoutIt(bool isEscalated)
    {
        TaskCompletionSource executing = new();
        using ManualResetEventSlim never = new();
        bool isOver = false;
        _phases.Add(new ScriptedPhase("upload")
        {
            Look = _ => Found(_upload),
            Execute = async token =>
            {
                await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
                await using CancellationTokenRegistration closing = token.Register(() =>
                {
                    never.Wait(_blocked, CancellationToken.None);
                    isOver = true;
                });
                executing.SetResult();
                await Task.Delay(Timeout.Infinite, CancellationToken.None).ConfigureAwait(false);
            },
        });
        (Task<KillReport> kill, RunRecord run) = await KillAsync();
        await executing.Task;
        await Task.Delay(50, TestContext.Current.CancellationToken);

        KillReport report = isEscalated ? await _engine.Kills.KillAsync(run.RunId, Engine.Emergency) : await _engine.PlayAsync(kill, _step);

        Assert.False(isOver, "The kill waited for what the phase does when it is told to stop.");
        never.Set();
        Assert.Equal(isEscalated ? PhaseOutcome.Escalated : PhaseOutcome.Failed, Find(report, "upload").Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_PhaseThatFindsWhatIsNot_GoesOn()
    {
        _phases.Add(new ScriptedPhase("upload") { Look = _ => Found(null!, _upload), Execute = token => Task.Delay(Timeout.Infinite, token) });
        (Task<KillReport> kill, _) = await KillAsync();

        KillReport report = await _engine.PlayAsync(kill, _step);

        Assert.Equal(KillOutcome.ExitedGracefully, report.Outcome);
        Assert.Equal(_upload.Description, Assert.Single(Find(report, "upload").WaitedFor).Description);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EscalatedDuringTheFirstLook_DoesNotSayThatNothingWasInFlight()
    {
        TaskCompletionSource looking = new();
        TaskCompletionSource told = new();
        _phases.Add(new ScriptedPhase("upload")
        {
            Look = async token =>
            {
                looking.TrySetResult();
                await using CancellationTokenRegistration telling = token.Register(told.SetResult);
                await told.Task.ConfigureAwait(false);
                return [];
            },
        });
        (Task<KillReport> kill, RunRecord run) = await KillAsync(leaves: false);
        await looking.Task;
        await Task.Delay(20, TestContext.Current.CancellationToken);

        _ = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(PhaseOutcome.Escalated, Find(await kill, "upload").Outcome);
        await told.Task;
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_PhaseBesideALadderThatRunsOutOfTime_DoesNotSayThatTheTreeWasGone()
    {
        bool isUploaded = false;
        _phases.Add(new ScriptedPhase("upload")
        {
            Ceiling = TimeSpan.FromSeconds(30),
            Look = _ => isUploaded ? Found() : Found(_upload),
            Execute = async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(2), _engine.Time, token).ConfigureAwait(false);
                isUploaded = true;
            },
        });
        _phases.Add(new ScriptedPhase("drain", ShutdownStage.Terminate) { Ceiling = TimeSpan.FromSeconds(30), Execute = token => Task.Delay(Timeout.Infinite, token) });
        (Task<KillReport> kill, _) = await KillAsync(leaves: false, TimeSpan.FromSeconds(4));

        KillReport report = await _engine.PlayAsync(kill, _step);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.Equal(PhaseOutcome.CeilingReached, Find(report, "drain").Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_PhaseAfterItThatNeverEnds_IsAnsweredWithinItsGrace()
    {
        _phases.Add(new ScriptedPhase("archive", ShutdownStage.After) { Ceiling = TimeSpan.FromHours(24), Execute = token => Task.Delay(Timeout.Infinite, token) });
        (Task<KillReport> kill, _) = await KillAsync(grace: TimeSpan.FromSeconds(3));

        KillReport report = await _engine.PlayAsync(kill, _step);

        Assert.Equal(PhaseOutcome.CeilingReached, Find(report, "archive").Outcome);
        Assert.InRange(Find(report, "archive").DurationMs, 3000, 3500);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EscalatedDuringAPhaseAfterIt_IsAnsweredAMomentLater()
    {
        TaskCompletionSource executing = new();
        _phases.Add(new ScriptedPhase("archive", ShutdownStage.After)
        {
            Ceiling = TimeSpan.FromHours(24),
            Execute = token =>
            {
                executing.SetResult();
                return Task.Delay(Timeout.Infinite, token);
            },
        });
        (_, RunRecord run) = await KillAsync();
        await executing.Task;

        Task<KillReport> emergency = _engine.Kills.KillAsync(run.RunId, Engine.Emergency);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        _engine.Time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(PhaseOutcome.Escalated, Find(await emergency, "archive").Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Kill_EscalatedWhileTheTreeIsBroughtToAStandstill_GoesOnAtOnce()
    {
        (RunRecord run, Held held) = await _engine.AddAsync();
        TaskCompletionSource freezing = new();
        held.Containment.FreezeAsync(default, default).ReturnsForAnyArgs(async call =>
        {
            freezing.TrySetResult();
            await Task.Delay(Timeout.Infinite, call.Arg<CancellationToken>()).ConfigureAwait(false);
            return true;
        });
        Task<KillReport> kill = _engine.Kills.KillAsync(run.RunId, Engine.Request);
        await freezing.Task;

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, KillMode.Emergency), (report.Outcome, report.Mode));
        Assert.Equal(report.KillId, (await kill).KillId);
    }
}
