using WorkflowLifecycle.Hosting;

namespace WorkflowLifecycle.Tests.Hosting;

/// <summary>The runs of a host, and the door for new ones.</summary>
public sealed class HostRunsTests
{
    private static readonly RunId _id = RunId.Parse("new");

    private readonly HostRuns _runs = new();

    [Fact]
    public void Close_WithoutALaunchUnderWay_IsQuietAtOnceAndRefusesLaunches()
    {
        Assert.True(_runs.CloseAsync().IsCompleted);

        Assert.Contains("Launch when it is up again", Assert.Throws<LaunchFailedException>(() => _runs.BeginLaunch(_id)).Message, StringComparison.Ordinal);
        Assert.Throws<LaunchFailedException>(() => _runs.RequireOpen(_id));
    }

    [Fact]
    public void Close_RunThatIsPartOfAKill_IsLetInUntilThatIsOver()
    {
        _ = _runs.CloseAsync();
        using (_runs.Expect(_id))
        {
            _runs.BeginLaunch(_id).Dispose();
            _runs.RequireOpen(_id);
        }

        Assert.Throws<LaunchFailedException>(() => _runs.RequireOpen(_id));
    }

    [Fact]
    public void Close_WithALaunchUnderWay_IsQuietWhenThatIsOver()
    {
        IDisposable first = _runs.BeginLaunch(_id);
        IDisposable second = _runs.BeginLaunch(_id);
        Task quiet = _runs.CloseAsync();

        first.Dispose();
        first.Dispose();
        Assert.False(quiet.IsCompleted);
        second.Dispose();

        Assert.True(quiet.IsCompleted);
    }

    [Fact]
    public void Live_Runs_AreThoseThatAreNotOver()
    {
        TaskCompletionSource over = new();
        _runs.Add(RunId.Parse("a"), OnHostExit.Kill, null, over.Task);
        _runs.Add(RunId.Parse("b"), OnHostExit.Keep, RunId.Parse("a"), new TaskCompletionSource().Task);
        _runs.Add(RunId.Parse("c"), OnHostExit.Kill, null, Task.CompletedTask);

        over.SetException(new InvalidOperationException());

        Assert.Equal(new HostRun(RunId.Parse("b"), OnHostExit.Keep, RunId.Parse("a")), Assert.Single(_runs.Live));
    }
}
