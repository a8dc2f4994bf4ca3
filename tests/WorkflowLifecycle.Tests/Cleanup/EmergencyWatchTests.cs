using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NSubstitute;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Cleanup;

/// <summary>The look that watchers have in the first instants of an emergency.</summary>
public sealed class EmergencyWatchTests : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly ScriptedWatcher _watcher;
    private readonly ScriptedWatcher _other = new("other");
    private readonly ScriptedCleaner _cleaner = new("cleaner");
    private readonly TaskCompletionSource _never = new();
    private readonly Logs _logs = new();
    private TimeSpan? _signalledAfter;

    public EmergencyWatchTests()
    {
        _engine = new Engine(services => services.AddSingleton<ILoggerFactory>(_logs).AddSingleton<IResourceCleaner>(_watcher!).AddSingleton<IResourceCleaner>(_other).AddSingleton<IResourceCleaner>(_cleaner));
        _watcher = new ScriptedWatcher("watcher", _engine.Log);
    }

    public ValueTask DisposeAsync()
    {
        _never.TrySetResult();
        return _engine.DisposeAsync();
    }

    private async Task<RunRecord> AddAsync()
    {
        (RunRecord run, Held held) = await _engine.AddAsync(change: row => row with { Cleaners = ["watcher", "other", "cleaner"] });
        held.OnEnd = () => _signalledAfter = _engine.Time.GetUtcNow() - Sample.Start;
        return run;
    }

    private static CleanupResult LineOf(KillReport report, string cleaner = "watcher") => Assert.Single(report.Cleanup, line => line.Cleaner == cleaner);

    [Fact(Timeout = 30_000)]
    public async Task Emergency_AsksWatchersBeforeTheSignal_AndFreesWhatTheyFound()
    {
        RunRecord run = await AddAsync();
        _watcher.With("a");
        _watcher.OnDiscover = (context, _) =>
        {
            if (context.Moment == CleanupMoment.AfterEnd)
            {
                // Nobody is left to be asked for it.
                _watcher.Unseen.Add("a");
            }

            return Task.CompletedTask;
        };

        // The clock stands: nobody is waited for.
        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        _engine.Log.AssertOrder("discover BeforeEnd", "SIGKILL", "discover AfterEnd", "free a");
        Assert.Equal(["a"], LineOf(report).Cleaned);
        CleanupContext asked = _watcher.Looks[0];
        Assert.Equal((KillMode.Emergency, 2, report.KillId), (asked.Mode, asked.Processes.Count, asked.KillId));
        Assert.Equal(CleanupMoment.AfterEnd, Assert.Single(_cleaner.Looks).Moment);
        Assert.Equal(TimeSpan.Zero, _signalledAfter);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Emergency_WithWatchersThatHang_SignalsAfterTwentyMilliseconds(bool blocksTheirThread)
    {
        RunRecord run = await AddAsync();
        Func<CleanupContext, CancellationToken, Task> hang = (context, _) =>
        {
            if (context.Moment == CleanupMoment.BeforeEnd && blocksTheirThread)
            {
                _never.Task.Wait(CancellationToken.None);
            }

            return context.Moment == CleanupMoment.BeforeEnd ? _never.Task : Task.CompletedTask;
        };
        _watcher.OnDiscover = hang;
        _other.OnDiscover = hang;

        KillReport report = await _engine.PlayAsync(_engine.Kills.KillAsync(run.RunId, Engine.Emergency), TimeSpan.FromMilliseconds(1));

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        Assert.InRange(_signalledAfter!.Value.TotalMilliseconds, 20, 25);
        Assert.Equal(CleanupOutcomes.Clean, LineOf(report).Outcome);
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WithAWatcherThatThrows_HasWhatTheOthersFound()
    {
        RunRecord run = await AddAsync();
        _watcher.OnDiscover = static (context, _) => context.Moment == CleanupMoment.BeforeEnd ? throw new IOException("no look") : Task.CompletedTask;
        _other.With("b");

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, TimeSpan.Zero), (report.Outcome, _signalledAfter));
        Assert.Equal(["b"], LineOf(report, "other").Cleaned);
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WithAWatcherThatThrows_TellsItAfterTheSignal()
    {
        RunRecord run = await AddAsync();
        _watcher.OnDiscover = static (context, _) => context.Moment == CleanupMoment.BeforeEnd ? throw new IOException("no look") : Task.CompletedTask;
        _logs.OnLog = id =>
        {
            if (id == 501)
            {
                _engine.Log.Add("told");
                throw new IOException("no space left for the log");
            }
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(KillOutcome.Killed, report.Outcome);
        _engine.Log.AssertOrder("SIGKILL", "told");
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WithAWatcherThatReturnsNonsense_SignalsAllTheSame()
    {
        RunRecord run = await AddAsync();
        _watcher.With("a", "b");
        _watcher.Describe = static name => name == "a" ? null! : new RunResource { Cleaner = "watcher", Name = null! };
        _watcher.OnDiscover = (context, _) =>
        {
            if (context.Moment == CleanupMoment.AfterEnd)
            {
                _watcher.Unseen.UnionWith(["a", "b"]);
            }

            return Task.CompletedTask;
        };

        KillReport report = await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal((KillOutcome.Killed, TimeSpan.Zero), (report.Outcome, _signalledAfter));
    }

    [Fact(Timeout = 30_000)]
    public async Task Emergency_WhoseOwnLookTookTheTime_AsksNobody()
    {
        RunRecord run = await AddAsync();
        _engine.HeldOf(run.RunId).Containment.ConnectAsync(default).ReturnsForAnyArgs(_ =>
        {
            _engine.Time.Advance(TimeSpan.FromMilliseconds(20));
            return Task.FromResult(_engine.HeldOf(run.RunId).Status);
        });

        await _engine.Kills.KillAsync(run.RunId, Engine.Emergency);

        Assert.Equal(0, _engine.Log.Count("discover BeforeEnd"));
    }
}
