using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace WorkflowLifecycle.EndToEnd.Tests.Launching;

/// <summary>A caller that gives up.</summary>
public sealed class CancellationTests : EndToEndTest
{
    private static readonly RunId _id = RunId.Parse("cancel:1");

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ThatIsCancelled_IsEndedGracefullyBeforeTheExceptionLeaves(bool reads)
    {
        Engine engine = Start();
        using CancellationTokenSource caller = new();
        Task<RunResult> running = engine.Launcher.RunAsync(engine.Program("terminates") with { RunId = _id }, reads ? _ => { } : null, caller.Token);
        await Wait.UntilAsync("it runs", async () => (await engine.Registry.FindAsync(_id))?.State == RunState.Running);

        await caller.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(caller.Token, exception.CancellationToken);
        Assert.True(File.Exists(Room.File("handled")));
        RunRecord row = await engine.RowAsync(_id);
        Assert.Equal((RunState.Exited, 7), (row.State, row.ExitCode));
        Assert.Empty(ProcessEntry.StandingIn(Room.Path));
    }

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ThatIsToEndAndMayNotBeEnded_SaysThatItGoesOn(bool isCancelled)
    {
        Engine engine = Start(services: services => services.AddSingleton<IKillAuthorizer, HostsMayNot>());
        using CancellationTokenSource caller = new();
        Task<RunResult> running = engine.Launcher.RunAsync(
            engine.Program("terminates") with { RunId = _id }, _ => { if (!isCancelled) { throw new InvalidTimeZoneException("handler"); } }, caller.Token);
        await Wait.UntilAsync("it runs", async () => (await engine.Registry.FindAsync(_id))?.State == RunState.Running);
        if (isCancelled)
        {
            await caller.CancelAsync();
        }

        RunNotEndedException exception = await Assert.ThrowsAsync<RunNotEndedException>(() => running.WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal((_id, KillOutcome.Denied), (exception.RunId, exception.Report.Outcome));
        Assert.Contains("not for hosts", exception.Message, StringComparison.Ordinal);
        Assert.True(isCancelled ? exception.InnerException is OperationCanceledException : exception.InnerException is InvalidTimeZoneException);
        Assert.True(ProcessEntry.IsAlive((await engine.RowAsync(_id)).Root!.Pid));
    }

    [Fact(Timeout = Limit)]
    public async Task Run_WhoseOutputHandlerFails_IsEndedAndTheFailureThrown()
    {
        Engine engine = Start();

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() =>
            engine.Launcher.RunAsync(engine.Program("terminates") with { RunId = _id }, _ => throw new InvalidTimeZoneException("handler")));

        Assert.Equal(RunState.Exited, (await engine.RowAsync(_id)).State);
        Assert.True(File.Exists(Room.File("handled")));
    }

    [Fact(Timeout = Limit)]
    public async Task Launch_CancelledBeforehand_StartsNothing()
    {
        Engine engine = Start();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Launcher.LaunchAsync(engine.Shell("touch started"), new CancellationToken(true)));

        Assert.False(File.Exists(Room.File("started")));
    }

    [Fact(Timeout = Limit)]
    public async Task Kill_WhoseCallerGoesAway_GoesOn()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn") with { RunId = _id });
        using CancellationTokenSource caller = new(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Kills.KillAsync(_id, Engine.Graceful(seconds: 1), caller.Token));

        Assert.Equal(RunState.Killed, (await process.WaitForExitAsync()).State);
    }

    [Fact(Timeout = Limit)]
    public async Task Wait_ThatIsCancelled_EndsNothing()
    {
        Engine engine = Start();
        await using ITrackedProcess process = await engine.LaunchReadyAsync(engine.Program("stubborn"));
        using CancellationTokenSource caller = new(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => process.WaitForExitAsync(caller.Token));

        Assert.True(ProcessEntry.IsAlive(process.Identity.Pid));
        await engine.Kills.KillAsync(process.RunId, Engine.Emergency());
    }
}
