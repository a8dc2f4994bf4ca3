using WorkflowLifecycle.Registry;
using WorkflowLifecycle.Tests.Support;

namespace WorkflowLifecycle.Tests.Registry;

public sealed class StoreStartTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Ensure_ManyAtOnce_OpenTheStoreOnce()
    {
        TaskCompletionSource opened = new();
        _engine.Store.OnInitialize = () => opened.Task;

        Task[] callers = [.. Enumerable.Range(0, 20).Select(_ => _engine.Registry.SearchAsync(new RunQuery()))];
        Assert.DoesNotContain(callers, caller => caller.IsCompleted);
        opened.SetResult();
        await Task.WhenAll(callers);

        Assert.Equal(1, _engine.Log.Count("initialize"));
    }

    [Fact]
    public async Task Ensure_AfterAFailure_TriesAgain()
    {
        _engine.Store.OnInitialize = ScriptedStore.Away;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _engine.Registry.FindAsync(RunId.Parse("x")));

        _engine.Store.OnInitialize = static () => Task.CompletedTask;
        Assert.Null(await _engine.Registry.FindAsync(RunId.Parse("x")));
        Assert.Equal(2, _engine.Log.Count("initialize"));
    }

    [Fact]
    public async Task Ensure_CallerThatGoesAway_DoesNotSpoilItForTheNext()
    {
        StoreStart start = _engine.Get<StoreStart>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.EnsureAsync(new CancellationToken(canceled: true)));

        await start.EnsureAsync(CancellationToken.None);
        Assert.Equal(1, _engine.Log.Count("initialize"));
    }
}
