using Microsoft.Extensions.Time.Testing;
using WorkflowLifecycle.Signs;

namespace WorkflowLifecycle.Tests.Signs;

public sealed class ProgramSignsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RunId _id = RunId.Parse("run_1");
    private readonly RunSigns _runs;
    private readonly ProgramSigns _signs;

    public ProgramSignsTests()
    {
        _runs = new RunSigns(_time);
        _signs = _runs.Open(_id);
    }

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    private void Say(string text) => _signs.Take(NotifyMessage.Parse(text));

    [Fact]
    public void Signs_BeforeAWord_AreNone()
    {
        Assert.Equal((false, false, false, null, null, null), (_signs.IsReady, _signs.IsStopping, _signs.IsOver, _signs.ExtendedUntil, _signs.LastWatchdog, _signs.WatchdogInterval));
        Assert.Equal(TimeSpan.Zero, _signs.ExtensionLeft);
    }

    [Fact]
    public void Extension_RunsFromWhenItWasAskedFor_AndAShorterOneTakesNothingBack()
    {
        Say("EXTEND_TIMEOUT_USEC=10000000");
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(6), _signs.ExtensionLeft);

        Say("EXTEND_TIMEOUT_USEC=1000000");
        Say("EXTEND_TIMEOUT_USEC=0");
        Assert.Equal(TimeSpan.FromSeconds(6), _signs.ExtensionLeft);

        Say("EXTEND_TIMEOUT_USEC=20000000");
        Assert.Equal(TimeSpan.FromSeconds(20), _signs.ExtensionLeft);
        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(TimeSpan.Zero, _signs.ExtensionLeft);
    }

    [Fact]
    public void Extension_WithoutEnd_IsAYear()
    {
        Say("EXTEND_TIMEOUT_USEC=18446744073709551615");

        Assert.Equal(TimeSpan.FromDays(365), _signs.ExtensionLeft);
    }

    [Fact]
    public void Watchdog_IsRememberedWithItsTime_AndCanBeTakenBack()
    {
        Say("WATCHDOG_USEC=5000000\nSTOPPING=1");
        _time.Advance(TimeSpan.FromSeconds(3));
        Say("WATCHDOG=1");

        Assert.Equal(_time.GetTimestamp(), _signs.LastWatchdog);
        Assert.Equal((TimeSpan.FromSeconds(5), true), (_signs.WatchdogInterval, _signs.IsStopping));
        Say("WATCHDOG_USEC=0");
        Assert.Null(_signs.WatchdogInterval);
    }

    [Fact(Timeout = 30_000)]
    public async Task Wait_EndsWithTheNextWord_AndAtOnceWithOneThatCameBetween()
    {
        long seen = _signs.Version;
        Task waiting = _signs.WaitForChangeAsync(seen, Aborted);
        Assert.False(waiting.IsCompleted);

        Say("EXTEND_TIMEOUT_USEC=1");

        await waiting;
        await _signs.WaitForChangeAsync(seen, Aborted);
        Assert.False(_signs.WaitForChangeAsync(_signs.Version, Aborted).IsCompleted);
    }

    [Fact(Timeout = 30_000)]
    public async Task Wait_IsCancelled_WithoutEndingAnything()
    {
        using CancellationTokenSource cancelled = new();
        Task waiting = _signs.WaitForChangeAsync(_signs.Version, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(_runs.TryGet(_id, out _));
    }

    [Fact(Timeout = 30_000)]
    public async Task Close_TellsWhoWaits_AndKeepsNothing()
    {
        Task waiting = _signs.WaitForChangeAsync(_signs.Version, Aborted);
        Assert.Same(_signs, _runs.TryGet(_id, out ProgramSigns? found) ? found : null);

        _runs.Close(_id);
        _runs.Close(_id);

        await waiting;
        await _signs.WaitForChangeAsync(_signs.Version, Aborted);
        Assert.True(_signs.IsOver);
        Assert.False(_runs.TryGet(_id, out _));
    }
}
