using WorkflowLifecycle.Killing;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Killing;

/// <summary>What is told of a kill that waits.</summary>
public sealed class KillRemarksTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<IReadOnlyList<string?>> ToldAsync() =>
        [.. (await _engine.Store.ReadEventsAsync(default, 100)).Where(told => told.Kind == "kill.waiting").Select(told => told.Message)];

    [Fact(Timeout = 30_000)]
    public async Task Tell_FasterThanTheStore_EndsWithTheLatest()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = Sample.OpenKill(run);
        TaskCompletionSource slow = new();
        int commits = 0;
        _engine.Store.OnCommit = (_, _) => Interlocked.Increment(ref commits) == 1 ? slow.Task : Task.CompletedTask;
        KillRemarks remarks = _engine.Get<KillRemarks>();

        remarks.Tell(kill, "git push");
        await Engine.UntilAsync(() => Volatile.Read(ref commits) == 1);
        remarks.Tell(kill, "git gc");
        remarks.Tell(kill, string.Empty);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        slow.SetResult();
        await Engine.UntilAsync(() => Volatile.Read(ref commits) == 2);
        await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Equal(["git push", string.Empty], await ToldAsync());
    }

    [Fact(Timeout = 30_000)]
    public async Task Tell_WhileTheStoreIsAway_IsLostAndNotSaidAfterwards()
    {
        (RunRecord run, _) = await _engine.AddAsync();
        KillRecord kill = Sample.OpenKill(run);
        int asked = 0;
        _engine.Store.OnCommit = (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return ScriptedStore.Away();
        };
        KillRemarks remarks = _engine.Get<KillRemarks>();

        remarks.Tell(kill, "git push");
        await Engine.UntilAsync(() => Volatile.Read(ref asked) == 1);
        _engine.Store.OnCommit = static (_, _) => Task.CompletedTask;
        remarks.Tell(kill, string.Empty);
        await Engine.UntilAsync(() => _engine.Log.Calls.Any(call => call.Contains("Process Committed", StringComparison.Ordinal)));
        _engine.Time.Advance(TimeSpan.FromSeconds(2));
        await Task.Delay(20, TestContext.Current.CancellationToken);

        Assert.Equal([string.Empty], await ToldAsync());
    }
}
